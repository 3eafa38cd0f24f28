return { call = { note = function() end } }
