-- What every transition is made of. KEYS[1] is the prefix of all keys; ARGV[1..4] are the store's limits,
-- a script's own arguments follow in A. Each script checks first and writes after, for none rolls back.

local GROUP = 'actors'
local TAIL_LENGTH = 2000
local DEAD_LENGTH = 1000
local NOBODY = 'nobody'
local PREFIX = KEYS[1] .. ':'
local FIRST_STAGE, MAX_RUNNING, KEEP_ARTEFACTS, KEEP_JOBS = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local A = {}
for i = 5, #ARGV do A[i - 4] = ARGV[i] end  -- unpack takes no more than 8,000

-- Of up to three parts: with `...` and table.concat it would take twice the time.
local function key(first, second, third)
  if third then return PREFIX .. first .. ':' .. second .. ':' .. third end
  if second then return PREFIX .. first .. ':' .. second end
  return PREFIX .. first
end

local clock = redis.call('TIME')
local AT = string.format('%d.%06d', clock[1], clock[2])

-- The tail that all processes follow gets what one script tells as one entry, or as several of a hundred events. One that
-- was damaged by hand holds nobody up: what it lacks is in the jobs' own logs.
local told = {}
local function publish()
  for first = 1, #told, 1200 do
    redis.pcall('XADD', key('events'), 'MAXLEN', '~', TAIL_LENGTH, '*', unpack(told, first, math.min(first + 1199, #told)))
  end
end

-- One event, the number `seq` of its job, on the job's own log and for the tail.
local function log(id, seq, type, stage, data)
  redis.call('XADD', key('job', id, 'events'), seq .. '-0', 'type', type, 'stage', stage, 'at', AT, 'data', data)
  local n = #told
  told[n + 1], told[n + 2], told[n + 3], told[n + 4], told[n + 5], told[n + 6] = 'job_id', id, 'seq', seq, 'type', type
  told[n + 7], told[n + 8], told[n + 9], told[n + 10], told[n + 11], told[n + 12] =
    'stage', stage, 'at', AT, 'data', data
end

local function tell(id, type, stage, data)
  log(id, redis.call('HINCRBY', key('job', id), 'seq', 1), type, stage, data)
end

-- Put the job into a stage's mailbox; `attempts` were counted in entries before this one, `...` is what else the
-- job's hash is told.
local function post(id, stage, round, attempts, ...)
  local entry = redis.call('XADD', key('mailbox', stage), '*', 'job_id', id, 'round', round, 'attempts', attempts)
  redis.call('HSET', key('job', id), 'stage', stage, 'round', round, 'entry', entry, ...)
end

local function remove(stage, entry)
  redis.pcall('XACK', key('mailbox', stage), GROUP, entry)
  redis.call('XDEL', key('mailbox', stage), entry)
end

-- The pending row {entry, consumer, idle, count} of an entry, or nil; a group that is gone holds nothing.
local function pending(stage, entry)
  local rows = redis.pcall('XPENDING', key('mailbox', stage), GROUP, entry, entry, 1)
  return rows[1]
end

local function holds(stage, entry, consumer, count)
  local row = pending(stage, entry)
  return row and row[2] == consumer and row[4] == tonumber(count)
end

-- Put an entry back as a new one, `counted` of whose hand-outs were attempts.
local function give_back(stage, entry, counted)
  local rows = redis.call('XRANGE', key('mailbox', stage), entry, entry)
  remove(stage, entry)
  if not rows[1] then return end
  local field = {}
  for i = 1, #rows[1][2], 2 do field[rows[1][2][i]] = rows[1][2][i + 1] end
  if redis.call('HGET', key('job', field.job_id), 'entry') == entry then
    post(field.job_id, stage, field.round, field.attempts + counted)
  end
end

local function set_status(id, status)
  local tenant, old, created = unpack(redis.call('HMGET', key('job', id), 'tenant', 'status', 'created_at'))
  tenant, created = tenant or NOBODY, tonumber(created or '') or AT  -- a hash may have been changed by hand
  redis.call('ZREM', key('jobs', tenant, old or ''), id)
  redis.call('ZADD', key('jobs', tenant, status), created, id)
  redis.call('HSET', key('job', id), 'status', status)
end

-- A job whose hash was taken away by hand: what is left of it ends too.
local function forget(id)
  redis.call('SREM', key('running'), id)
  redis.call('PEXPIRE', key('job', id), KEEP_ARTEFACTS)
  for _, part in ipairs({'events', 'artefacts', 'ledger', 'marks'}) do
    redis.call('PEXPIRE', key('job', id, part), KEEP_ARTEFACTS)
  end
end

-- Let waiting jobs run, one of each tenant in turn; `waiting` counts them, and starts anew when there is none.
local function admit()
  while redis.call('SCARD', key('running')) < MAX_RUNNING do
    local tenant = redis.call('LPOP', key('tenants'))
    if not tenant then
      redis.call('DEL', key('waiting'))
      return
    end
    local id = redis.call('LPOP', key('pending', tenant))
    if id then redis.call('DECR', key('waiting')) end
    if redis.call('EXISTS', key('pending', tenant)) == 1 then redis.call('RPUSH', key('tenants'), tenant) end
    if id and redis.call('EXISTS', key('job', id)) == 0 then
      forget(id)
    elseif id then
      redis.call('SADD', key('running'), id)
      set_status(id, 'running')
      redis.call('HSET', key('job', id), 'started_at', AT)
      tell(id, 'started', '', '{}')
      post(id, FIRST_STAGE, 0, 0)
    end
  end
end

-- Make the job terminal, tell so as its last event, start its retention, and let the next one in.
local function finish(id, status, stage, data)
  local job = key('job', id)
  local tenant = redis.call('HGET', job, 'tenant') or NOBODY
  redis.call('SREM', key('running'), id)
  set_status(id, status)
  redis.call('HSET', job, 'completed_at', AT)
  redis.call('HDEL', job, 'entry')
  pcall(tell, id, status, stage, data)  -- a log that was damaged by hand keeps no job from its end
  for _, part in ipairs({'artefacts', 'ledger', 'marks'}) do
    redis.call('PEXPIRE', key('job', id, part), KEEP_ARTEFACTS)
  end
  redis.call('PEXPIRE', job, KEEP_JOBS)
  redis.call('PEXPIRE', key('job', id, 'events'), KEEP_JOBS)
  redis.call('ZADD', key('expiring'), AT + KEEP_JOBS / 1000, id .. '|' .. status .. '|' .. tenant)
  admit()
end

local TERMINAL = {completed = true, partial = true, failed = true, cancelled = true}
