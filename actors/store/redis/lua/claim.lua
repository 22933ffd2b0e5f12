-- Take over entries whose lease has ended. A = stage, consumer, lease in ms, limit
local stage, consumer, lease, limit = unpack(A, 1, 4)
local mailbox, taken = key('mailbox', stage), {}
local rows = redis.pcall('XPENDING', mailbox, GROUP, 'IDLE', lease, '-', '+', limit)
if rows.err then return taken end
for _, row in ipairs(rows) do
  local claimed = redis.call('XCLAIM', mailbox, GROUP, consumer, lease, row[1])[1]
  if claimed then table.insert(taken, {claimed[1], row[4] + 1, claimed[2]}) end
end
return taken
