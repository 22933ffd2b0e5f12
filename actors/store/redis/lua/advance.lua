-- Keep the artefact, which took `seconds`, and hand the job on.
VERBS.advance = function(d, artefact, seconds, next_stage, next_round)
  keep(d, artefact)
  remove(d.stage, d.entry)
  post(d.id, next_stage, next_round, 0, 'seq', tell_done(d, seconds))
  return 'written'
end
