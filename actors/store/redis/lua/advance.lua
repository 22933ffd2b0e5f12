-- Keep the artefact, which took `seconds`, and hand the job on.
VERBS.advance = function(d, artefact, seconds, next_stage, next_round)
  keep(d, artefact)
  local seq = tell_done(d, seconds)
  remove(d.stage, d.entry)
  post(d.id, next_stage, next_round, 0, 'seq', seq)
  return 'written'
end
