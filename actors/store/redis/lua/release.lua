-- Hand entries back, the attempt uncounted. A = stage, entry, consumer, count for each
for i = 1, #A, 4 do
  local stage, entry, consumer, count = unpack(A, i, i + 3)
  if holds(stage, entry, consumer, count) then
    give_back(stage, entry, count - 1)
  end
end
return 'written'
