-- What deliveries ask for in one turn of a worker, carried out one after the other; one that fails leaves the others
-- alone, and what may fail on keys that were damaged by hand comes first in each. For each: how many values follow,
-- then its verb, job, stage, entry, consumer, count and round, then the verb's own.
local function carry_out(verb, id, stage, entry, consumer, count, round, ...)
  local d = {verb = verb, id = id, stage = stage, entry = entry, consumer = consumer, count = count, round = round}
  d.job, d.artefacts, d.name = key('job', id), key('job', id, 'artefacts'), stage .. ':' .. round
  return refused(d) or VERBS[verb](d, ...)
end

local answers, first = {}, 1
while first <= #A do
  local last = first + A[first]
  local fine, answer = pcall(carry_out, unpack(A, first + 1, last))
  answers[#answers + 1] = fine and answer or {err = type(answer) == 'table' and answer.err or tostring(answer)}
  first = last + 1
end
return answers
