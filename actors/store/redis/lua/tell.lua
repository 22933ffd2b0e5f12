-- A = the delivery, notes
tell_notes(id, 7)
return 'written'
