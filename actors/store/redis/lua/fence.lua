-- A delivery `d` and what it may do: its verb, id, stage, entry, consumer, count, round, and the job's `seq` and `begun`.
local VERBS = {}

local function by(d) return table.concat({d.verb, d.stage, d.entry, d.consumer, d.count}, '|') end

-- Nothing for a delivery that may write; else what to answer: 'done' for a transition made before, or 'lost'.
local function refused(d)
  local row = redis.pcall('HMGET', d.job, 'entry', 'seq', 'begun')
  d.seq, d.begun = tonumber(row[2] or ''), row[3]
  if row[1] == d.entry and holds(d.stage, d.entry, d.consumer, d.count) then return nil end
  local marked = redis.pcall('HEXISTS', key('job', d.id, 'marks'), by(d)) == 1
  if marked or redis.pcall('HGET', d.artefacts, d.name .. ':by') == by(d) then return 'done' end
  if row.err or redis.call('EXISTS', d.job) == 0 then  -- the job is gone, or no hash any more
    remove(d.stage, d.entry)
    forget(d.id)
  end
  return 'lost'
end

-- Keep the artefact, and who made it: the same transition may be asked for again.
local function keep(d, artefact) redis.call('HSET', d.artefacts, d.name, artefact, d.name .. ':by', by(d)) end

-- The same for a transition without an artefact.
local function mark(d) redis.call('HSET', key('job', d.id, 'marks'), by(d), AT) end

-- Tell what state the stage is in; answers the number of that event, which the job's hash has to be told.
local function tell_stage(d, data)
  log(d.id, d.seq + 1, 'stage', d.stage, data)
  return d.seq + 1
end

local function tell_done(d, seconds) return tell_stage(d, '{"state":"done","seconds":' .. seconds .. '}') end
