-- Generic cell rate algorithm (ITU-T I.371): a bucket is the time its next token is due, and when that was written:
-- nobody waits for a clock that was set back to catch up.
-- A = name, interval, the longest wait that may be taken (seconds); answers whether it was taken, and the wait.
local bucket, interval, most = key(A[1]), tonumber(A[2]), tonumber(A[3])
local now = tonumber(AT)
local due, at = string.match(redis.call('GET', bucket) or '', '^([%d.]+)|([%d.]+)$')
local wait = math.max((tonumber(due or '') or now) - math.max(tonumber(at or '') or now, now), 0)
if wait - most > 1e-6 then return {0, string.format('%.6f', wait - most)} end
local value = string.format('%.6f|%.6f', now + wait + interval, now)
redis.call('SET', bucket, value, 'PX', math.ceil((wait + interval) * 1000) + 1)
return {1, string.format('%.6f', wait)}
