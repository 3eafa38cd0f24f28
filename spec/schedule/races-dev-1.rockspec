-- A project of tests with a race each, for spec/schedule_spec.lua.
rockspec_format = "3.0"
package = "races"
version = "dev-1"
source = { url = "git+file://." }
build = { type = "builtin", modules = {} }
