-- What has been drawn, as a file that anybody can read: a portable pixmap.

-- luacheck: globals love

local pictures = {}

local function pixmap(data)
  local width, height = data:getDimensions()
  local colours = data:getString():gsub("(...).", "%1") -- without its alpha
  return ("P6\n%d %d\n255\n"):format(width, height) .. colours
end

--- Of the frame that is presented next.
function pictures.take(path)
  love.graphics.captureScreenshot(function(data)
    local file = assert(io.open(path, "wb"))
    file:write(pixmap(data))
    file:close()
  end)
end

return pictures
