-- How long to leave something alone; after a pause one caller may try, the next one when it has not told in time how it
-- went. `at` is when this was written: a pause ends with a clock that was set back. A = name, seconds for a try
local breaker, now = key('breaker', A[1]), tonumber(AT)
local row = redis.pcall('HMGET', breaker, 'until', 'at')
local over, at = tonumber(row[1] or ''), tonumber(row[2] or '') or 0
if row.err or not over then return '0' end
if at <= now and now < over then return string.format('%.6f', over - now) end
redis.call('HSET', breaker, 'until', string.format('%.6f', now + A[2]), 'at', AT)
return '0'
