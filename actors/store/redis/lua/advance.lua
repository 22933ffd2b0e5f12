-- Keep the artefact, which took `seconds`, and hand the job on; `pages` is how many it has read, empty: not told.
VERBS.advance = function(d, artefact, seconds, next_stage, next_round, pages)
  keep(d, artefact)
  local seq = tell_done(d, seconds)
  remove(d.stage, d.entry)
  if pages == '' then
    post(d.id, next_stage, next_round, 0, 'seq', seq)
  else
    post(d.id, next_stage, next_round, 0, 'seq', seq, 'usage:pages', pages)
  end
  return 'written'
end
