-- Return due retries, forget what is past its retention, and admit what may run.
local MOST, MOST_FORGOTTEN, NOTED_EVERY = 100, 1000, 10  -- the last in seconds

-- A clock that was set back would let leases and retries wait until it has caught up: they start anew.
local noted = tonumber(redis.call('GET', key('clock')) or AT)
local back = noted - AT
if back > 1 then
  for _, mailbox in ipairs(redis.call('KEYS', key('mailbox', '*'))) do
    for _, row in ipairs(redis.pcall('XPENDING', mailbox, GROUP, '-', '+', 10000)) do
      redis.call('XCLAIM', mailbox, GROUP, row[2], 0, row[1], 'JUSTID')
    end
  end
  for _, member in ipairs(redis.call('ZRANGE', key('delayed'), 0, -1)) do
    redis.call('ZINCRBY', key('delayed'), -back, member)
  end
end
if back > 1 or back < -NOTED_EVERY or back == 0 then redis.call('SET', key('clock'), AT, 'EX', 86400) end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('delayed'), '-inf', AT, 'LIMIT', 0, MOST)) do
  redis.call('ZREM', key('delayed'), member)
  local id, stage, round, attempts = string.match(member, '^delayed|([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  if redis.call('HGET', key('job', id), 'entry') == member then post(id, stage, round, attempts) end
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('expiring'), '-inf', AT, 'LIMIT', 0, MOST_FORGOTTEN)) do
  redis.call('ZREM', key('expiring'), member)
  local id, status, tenant = string.match(member, '^([^|]*)|([^|]*)|(.*)$')
  redis.call('ZREM', key('jobs', tenant), id)
  redis.call('ZREM', key('jobs', tenant, status), id)
end
for _, id in ipairs(redis.call('SRANDMEMBER', key('running'), MOST)) do
  if redis.call('EXISTS', key('job', id)) == 0 then forget(id) end
end
admit()
return 'written'
