-- fil.lua - Wireshark reads the fil protocol, which is lines of JSON.
--
-- TCP 12345, UDP 12346, TLS 12347, and TLS on any port where both ends agreed on
-- "fil/1" (ALPN).  Other ports: Analyze, Decode As.  To try it without installing:
--
--	tshark -X lua_script:fil.lua -r protocol.pcapng -Y fil
--
-- Written in what Lua 5.1 to 5.4 have in common.    See also: fil-protocol(7).

local fil = Proto("fil", "fil protocol")

-- What a line is judged by, and may be filtered by.  Members that are not here
-- are seen in the JSON below.
local fields = {
	command = ProtoField.string("fil.command", "Command"),
	status = ProtoField.string("fil.status", "Status"),
	code = ProtoField.string("fil.code", "Code"),
	event = ProtoField.string("fil.event", "Event"),
	from = ProtoField.string("fil.from", "From"),
	to = ProtoField.string("fil.to", "To"),
	user = ProtoField.string("fil.user", "User"),
	password = ProtoField.string("fil.password", "Password"),
	token = ProtoField.string("fil.token", "Token"),
	text = ProtoField.string("fil.text", "Text"),
	via = ProtoField.string("fil.via", "Via"),
	id = ProtoField.string("fil.id", "Id"),
	seq = ProtoField.string("fil.seq", "Sequence number"),
}
local plain = ProtoField.string("fil.plain", "Plain text")
local reply_in = ProtoField.framenum("fil.reply_in", "Reply in", base.NONE,
    frametype.RESPONSE)
local request_in = ProtoField.framenum("fil.request_in", "Request in", base.NONE,
    frametype.REQUEST)
local took = ProtoField.relative_time("fil.time", "Time since the request")

local not_json = ProtoExpert.new("fil.not_json", "Not an object of JSON",
    expert.group.MALFORMED, expert.severity.WARN)
local refused = ProtoExpert.new("fil.refused", "The server refuses",
    expert.group.RESPONSE_CODE, expert.severity.NOTE)

fil.fields = { plain, reply_in, request_in, took }
for _, field in pairs(fields) do
	table.insert(fil.fields, field)
end
fil.experts = { not_json, refused }

local tcp_stream = Field.new("tcp.stream")
local udp_stream = Field.new("udp.stream")

-- Of each conversation: the requests that have no reply yet, and by line (frame
-- and place in it) what belongs to what.
local waiting, replies, requests

function fil.init()
	waiting, replies, requests = {}, {}, {}
end

-- --- JSON: the members of one object, without a library -------------------------

local escapes = {
	["b"] = "\b", ["f"] = "\f", ["n"] = "\n", ["r"] = "\r", ["t"] = "\t",
	['"'] = '"', ["\\"] = "\\", ["/"] = "/",
}

-- utf8_of(CODE): its bytes
local function utf8_of(code)
	local floor = math.floor
	if code < 0x80 then
		return string.char(code)
	elseif code < 0x800 then
		return string.char(0xc0 + floor(code / 64), 0x80 + code % 64)
	elseif code < 0x10000 then
		return string.char(0xe0 + floor(code / 4096),
		    0x80 + floor(code / 64) % 64, 0x80 + code % 64)
	end
	return string.char(0xf0 + floor(code / 262144),
	    0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64,
	    0x80 + code % 64)
end

-- read_unicode(TEXT, AT): behind "\u"; the bytes, and where to go on
local function read_unicode(text, at)
	local code = tonumber(text:match("^%x%x%x%x", at) or "", 16)
	if not code then
		return nil
	end
	local low = text:match("^\\u([dD][c-fC-F]%x%x)", at + 4)
	if code >= 0xd800 and code < 0xdc00 and low then
		return utf8_of(0x10000 + (code - 0xd800) * 1024 +
		    tonumber(low, 16) - 0xdc00), at + 10
	end
	return utf8_of(code), at + 4
end

-- read_string(TEXT, AT): behind the quote; what it means, and where it ends
local function read_string(text, at)
	local parts = {}
	while true do
		local stop = text:find('["\\]', at)
		if not stop then
			return nil
		end
		table.insert(parts, text:sub(at, stop - 1))
		if text:sub(stop, stop) == '"' then
			return table.concat(parts), stop + 1
		end
		local letter = text:sub(stop + 1, stop + 1)
		local meant = escapes[letter]
		at = stop + 2
		if letter == "u" then
			meant, at = read_unicode(text, at)
		end
		if not meant then
			return nil
		end
		table.insert(parts, meant)
	end
end

-- skip_nested(TEXT, AT): from a bracket to behind the one that closes it
local function skip_nested(text, at)
	local depth = 0
	while true do
		at = text:find('[%[%]{}"]', at)
		if not at then
			return nil
		end
		local letter = text:sub(at, at)
		at = at + 1
		if letter == '"' then
			local _, behind = read_string(text, at)
			if not behind then
				return nil
			end
			at = behind
		elseif letter == "[" or letter == "{" then
			depth = depth + 1
		else
			depth = depth - 1
		end
		if depth == 0 then
			return at
		end
	end
end

-- read_value(TEXT, AT): a string, or the text of anything else
local function read_value(text, at)
	local letter = text:sub(at, at)
	if letter == '"' then
		return read_string(text, at + 1)
	end
	local behind
	if letter == "[" or letter == "{" then
		behind = skip_nested(text, at)
	else
		behind = text:match("^[%w.+-]+()", at)
	end
	return behind and text:sub(at, behind - 1), behind
end

-- read_object(TEXT): its members as { name, value, from, behind } in order, and
-- where it ends; nil if it is none, or not all there
local function read_object(text)
	local members = {}
	local at = text:match("^%s*{%s*()")
	if not at then
		return nil
	end
	local behind = text:match("^}()", at)
	while not behind do
		local start = at
		local name, value
		if text:sub(at, at) ~= '"' then
			return nil
		end
		name, at = read_string(text, at + 1)
		at = name and text:match("^%s*:%s*()", at)
		if not at then
			return nil
		end
		value, at = read_value(text, at)
		if not value then
			return nil
		end
		table.insert(members, { name, value, start, at })
		behind = text:match("^%s*}()", at)
		at = text:match("^%s*,%s*()", at)
		if not behind and not at then
			return nil
		end
	end
	return members, behind
end

-- --- requests and their replies ---------------------------------------------------

local function conversation()
	local stream = tcp_stream()
	if stream then
		return "tcp " .. tostring(stream)
	end
	return "udp " .. tostring(udp_stream())
end

-- take_request(QUEUE, ID): the one with that id, else the oldest: a server
-- answers in order, but datagrams overtake each other
local function take_request(queue, id)
	for place, request in ipairs(queue) do
		if id and request.id == id then
			return table.remove(queue, place)
		end
	end
	return table.remove(queue, 1)
end

-- link(WHERE, PINFO, SEEN): on the first pass, from the first frame to the last
local function link(where, pinfo, seen)
	local key = conversation()
	local queue = waiting[key] or {}
	waiting[key] = queue
	if seen.command then
		table.insert(queue, { where = where, id = seen.id,
		    frame = pinfo.number, time = pinfo.abs_ts })
	elseif seen.status then
		local request = take_request(queue, seen.id)
		if request then
			requests[where] = request
			replies[request.where] = pinfo.number
		end
	end
end

local function show_link(where, pinfo, tree)
	if replies[where] then
		tree:add(reply_in, replies[where]):set_generated()
	elseif requests[where] then
		local request = requests[where]
		tree:add(request_in, request.frame):set_generated()
		local gap = math.max(0, pinfo.abs_ts - request.time)
		local whole = math.floor(gap)
		tree:add(took, NSTime.new(whole,
		    math.floor((gap - whole) * 1e9))):set_generated()
	end
end

-- --- one line -----------------------------------------------------------------------

local function summary(seen)
	local words
	if seen.command then
		words = { "request", seen.command, seen.user, seen.to }
	elseif seen.status then
		words = { "reply", seen.status, seen.code }
	elseif seen.event then
		words = { "event", seen.event, seen.from }
	else
		return "JSON"
	end
	-- a list with holes in it is no list
	local told = {}
	for place = 1, 4 do
		table.insert(told, words[place])
	end
	local text = table.concat(told, " ")
	if seen.text then
		text = text .. ": " .. seen.text
	end
	return text
end

-- tell(PINFO, TEXT): in the column Info, behind what other lines have told
local function tell(pinfo, text, ordinal)
	if ordinal == 1 then
		pinfo.cols.info:set(text)
	else
		pinfo.cols.info:append(" | " .. text)
	end
end

-- show_line(LINE, PINFO, TREE, ORDINAL): LINE is a tvb range without its end
local function show_line(line, pinfo, tree, ordinal)
	local text = line:raw()
	local members = read_object(text)
	local branch = tree:add(fil, line)
	if not members then
		branch:append_text(": not JSON")
		branch:add_proto_expert_info(not_json)
		tell(pinfo, "not JSON", ordinal)
		return
	end
	local seen = {}
	for _, member in ipairs(members) do
		local name, value, from, behind = member[1], member[2], member[3],
		    member[4]
		seen[name] = value
		if fields[name] then
			branch:add(fields[name], line(from - 1, behind - from),
			    value)
		end
	end
	-- under TLS one frame may hold several records, each with its own line 1
	local where = pinfo.number .. ":" .. text
	if not pinfo.visited then
		link(where, pinfo, seen)
	end
	show_link(where, pinfo, branch)
	if seen.status == "error" then
		branch:add_proto_expert_info(refused)
	end
	branch:append_text(", " .. summary(seen))
	Dissector.get("json"):call(line:tvb(), pinfo, branch)
	pinfo.cols.protocol:set("fil")
	tell(pinfo, summary(seen), ordinal)
end

-- --- a stream, and a datagram ---------------------------------------------------------

-- line_at(TEXT, AT): where the line ends, and where the next one begins; nil if
-- more must come.  The last one of a stream may lack its newline: an object that
-- is complete is a line.
local function line_at(text, at)
	local stop = text:find("\n", at, true)
	if stop then
		local last = stop - 1
		if text:sub(last, last) == "\r" then
			last = last - 1
		end
		return last, stop + 1
	end
	local _, behind = read_object(text:sub(at))
	if behind and text:match("^%s*$", at + behind - 1) then
		return at + behind - 2, #text + 1
	end
	return nil
end

local function show_plain(tvb, pinfo, tree)
	local branch = tree:add(fil, tvb())
	branch:add(plain, tvb(), tvb():raw())
	branch:append_text(", plain")
	pinfo.cols.protocol:set("fil")
	pinfo.cols.info:set("plain: " .. tvb():raw())
	return tvb:len()
end

local function dissect_lines(tvb, pinfo, tree)
	local text = tvb():raw()
	local at, ordinal = 1, 0
	while at <= #text do
		local last, behind = line_at(text, at)
		-- of a datagram no more comes
		if not last and pinfo.can_desegment == 0 then
			last, behind = #text, #text + 1
		elseif not last then
			pinfo.desegment_offset = at - 1
			pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
			return #text
		end
		if text:find("%S", at) and text:find("%S", at) <= last then
			ordinal = ordinal + 1
			show_line(tvb(at - 1, last - at + 1), pinfo, tree, ordinal)
		end
		at = behind
	end
	return #text
end

function fil.dissector(tvb, pinfo, tree)
	if tvb:len() == 0 then
		return 0
	end
	-- the very first byte decides; blank lines stand between others
	if not tvb():raw():find("^%s*{") and tvb():raw():find("%S") then
		return show_plain(tvb, pinfo, tree)
	end
	return dissect_lines(tvb, pinfo, tree)
end

DissectorTable.get("tcp.port"):add(12345, fil)
DissectorTable.get("udp.port"):add(12346, fil)
DissectorTable.get("tls.port"):add(12347, fil)
-- Wireshark before 2.4 has no such table
local alpn = DissectorTable.get("tls.alpn")
if alpn then
	alpn:add("fil/1", fil)
end
