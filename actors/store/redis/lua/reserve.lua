-- Generic cell rate algorithm (ITU-T I.371): a bucket is the time its next token is due.
-- A = name, interval, the longest wait that may be taken (seconds); answers whether it was taken, and the wait.
local bucket, interval, most = key(A[1]), tonumber(A[2]), tonumber(A[3])
local now = tonumber(AT)
local wait = math.max(tonumber(redis.call('GET', bucket) or now), now) - now
if wait - most > 1e-6 then return {0, string.format('%.6f', wait - most)} end
redis.call('SET', bucket, string.format('%.6f', now + wait + interval), 'PX', math.ceil((wait + interval) * 1000) + 1)
return {1, string.format('%.6f', wait)}
