-- Start leases anew; answers the places of those still held. A = stage, entry, consumer, count for each
local held = {}
for i = 1, #A, 4 do
  local stage, entry, consumer, count = unpack(A, i, i + 3)
  if holds(stage, entry, consumer, count) then
    redis.call('XCLAIM', key('mailbox', stage), GROUP, consumer, 0, entry, 'JUSTID')
    table.insert(held, (i - 1) / 4)
  end
end
return held
