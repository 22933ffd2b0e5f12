-- Count a failure; from the `most`th on there is a pause. A = name, most, pause, how long the count is kept (seconds)
local breaker, pause = key('breaker', A[1]), tonumber(A[3])
local failures = redis.pcall('HINCRBY', breaker, 'failures', 1)
if type(failures) ~= 'number' then  -- it was changed by hand
  redis.call('DEL', breaker)
  failures = redis.call('HINCRBY', breaker, 'failures', 1)
end
if failures >= tonumber(A[2]) then
  redis.call('HSET', breaker, 'until', string.format('%.6f', AT + pause), 'at', AT)
end
redis.call('PEXPIRE', breaker, math.ceil((pause + A[4]) * 1000))
return 'written'
