-- What every transition is made of. KEYS[1] is the prefix of all keys; ARGV[1..4] are the store's limits,
-- a script's own arguments follow in A. Each script checks first and writes after, for none rolls back.

local GROUP = 'actors'
local TAIL_LENGTH = 10000
local DEAD_LENGTH = 1000
local NOBODY = 'nobody'
local FIRST_STAGE, MAX_RUNNING, KEEP_ARTEFACTS, KEEP_JOBS = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local A = {}
for i = 5, #ARGV do A[i - 4] = ARGV[i] end  -- unpack takes no more than 8,000

local function key(...) return KEYS[1] .. ':' .. table.concat({...}, ':') end

local clock = redis.call('TIME')
local AT = string.format('%d.%06d', clock[1], clock[2])

-- One event, on the job's own log and on the tail that all processes follow.
local function tell(id, type, stage, data)
  local seq = redis.call('HINCRBY', key('job', id), 'seq', 1)
  redis.call('XADD', key('job', id, 'events'), seq .. '-0', 'type', type, 'stage', stage, 'at', AT, 'data', data)
  redis.call('XADD', key('events'), 'MAXLEN', '~', TAIL_LENGTH, '*',
    'job_id', id, 'seq', seq, 'type', type, 'stage', stage, 'at', AT, 'data', data)
end

-- The notes from A[first] on, four values each: type, stage, data, and a name that a job tells only once.
local function tell_notes(id, first)
  for i = first, #A, 4 do
    local type, stage, data, once = A[i], A[i + 1], A[i + 2], A[i + 3]
    if once == '' or redis.call('HSETNX', key('job', id, 'marks'), 'told:' .. once, AT) == 1 then
      tell(id, type, stage, data)
    end
  end
end

-- Put the job into a stage's mailbox; `attempts` were counted in entries before this one.
local function post(id, stage, round, attempts)
  local entry = redis.call('XADD', key('mailbox', stage), '*', 'job_id', id, 'round', round, 'attempts', attempts)
  redis.call('HSET', key('job', id), 'stage', stage, 'round', round, 'entry', entry)
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

-- Let waiting jobs run, one of each tenant in turn.
local function admit()
  while redis.call('SCARD', key('running')) < MAX_RUNNING do
    local tenant = redis.call('LPOP', key('tenants'))
    if not tenant then return end
    local id = redis.call('LPOP', key('pending', tenant))
    if redis.call('EXISTS', key('pending', tenant)) == 1 then redis.call('RPUSH', key('tenants'), tenant) end
    if id and redis.call('EXISTS', key('job', id)) == 1 then
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
  tell(id, status, stage, data)
  for _, part in ipairs({'artefacts', 'ledger', 'marks'}) do
    redis.call('PEXPIRE', key('job', id, part), KEEP_ARTEFACTS)
  end
  redis.call('PEXPIRE', job, KEEP_JOBS)
  redis.call('PEXPIRE', key('job', id, 'events'), KEEP_JOBS)
  redis.call('ZADD', key('expiring'), AT + KEEP_JOBS / 1000, id .. '|' .. status .. '|' .. tenant)
  admit()
end

local TERMINAL = {completed = true, partial = true, failed = true, cancelled = true}
