-- A value of the cache, and that it was looked for; one that somebody is making is not missed a second time.
-- A = namespace, hash of the key
local value = redis.pcall('GET', key('cache', A[1], A[2]))
local counted = 'hits'
if type(value) ~= 'string' then  -- not there, or changed by hand
  value, counted = false, redis.call('EXISTS', key('claim', A[1], A[2])) == 0 and 'misses'
end
if counted then redis.pcall('HINCRBY', key('cache', 'counts'), A[1] .. ':' .. counted, 1) end
return value
