#!/bin/sh
# A day at the desk in short: an admin prepares it, a customer asks, an agent answers. Stops at the first surprise.
#   TOKEN=$(npm run --silent token -- --sub user_123)
#   AGENT_TOKEN=$(npm run --silent token -- --sub agent_123 --role agent)
#   ADMIN_TOKEN=$(npm run --silent token -- --sub admin_123 --role admin)
#   export TOKEN AGENT_TOKEN ADMIN_TOKEN; BASE_URL=http://127.0.0.1:3000 sh examples/desk.sh
set -eu
: "${BASE_URL:=http://127.0.0.1:3000}"
: "${TOKEN:?set it to the token of a customer: npm run --silent token -- --sub user_123}"
: "${AGENT_TOKEN:?set it to the token of an agent: npm run --silent token -- --sub agent_123 --role agent}"
: "${ADMIN_TOKEN:?set it to the token of an admin: npm run --silent token -- --sub admin_123 --role admin}"

# send WHOSE_TOKEN METHOD PATH [BODY]: the answer into $answer
send() {
  printf '\n%s %s\n' "$2" "$3"
  answer=$(curl --silent --show-error --max-time 30 --request "$2" "$BASE_URL$3" \
    --header "Authorization: Bearer $1" ${4+--header 'Content-Type: application/json' --data "$4"})
  printf '%s\n' "$answer"
}

# expect TEXT: the answer holds it
expect() {
  case $answer in
    *"$1"*) ;;
    *) printf 'Expected %s\n' "$1" >&2 && exit 1 ;;
  esac
}

# The three of them. Whatever is not a success ends the day.
customer() { send "$TOKEN" "$@" && expect '"success":true'; }
agent() { send "$AGENT_TOKEN" "$@" && expect '"success":true'; }
admin() { send "$ADMIN_TOKEN" "$@" && expect '"success":true'; }

# field NAME: its first value in the answer. Enough for our own ids; use jq where you have it.
field() { printf '%s' "$answer" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }

# The admin: how soon to answer, and a reply for all to use. Its name is new each time, so that the day can be repeated.
admin PUT /desk/sla/targets/High '{"firstResponseMinutes": 60, "resolutionMinutes": 480}'
admin POST /desk/macros "{\"name\": \"On it $(date +%s)-$$\", \"text\": \"Hello {{requester}}, {{agent}} is looking into it.\"}"
macro=$(field macroId)

# The customer asks.
customer POST /support/tickets '{"subject": "Payment fails", "description": "My card is declined", "categoryId": "category_001", "priority": "High"}'
ticket=$(field ticketId)

# The agent finds it, takes it, and answers by the saved reply.
agent GET '/desk/tickets?status=Open&sort=created&limit=1'
expect "\"ticketId\":\"$ticket\""
agent POST "/desk/tickets/$ticket/take"
expect '"status":"In Progress"'
agent POST "/desk/tickets/$ticket/notes" '{"content": "The bank says: expired"}'
agent POST "/desk/macros/$macro/render" "{\"ticketId\": \"$ticket\"}"
agent POST "/desk/tickets/$ticket/replies" "{\"message\": \"$(field text)\"}"
agent PATCH "/desk/tickets/$ticket/tags" '{"add": ["card"]}'

# The customer reads who answers, and nothing of the note.
customer GET "/support/tickets/$ticket"
expect '"assignedAgent":"'
case $answer in *expired*) printf 'A note has left the desk\n' >&2 && exit 1 ;; esac

# Resolved; the customer's word reopens it; resolved again.
agent POST "/desk/tickets/$ticket/resolve" '{"resolution": "Use the new card"}'
expect '"status":"Resolved"'
customer POST "/support/tickets/$ticket/messages" '{"message": "It has not come"}'
agent GET "/desk/tickets/$ticket"
expect '"status":"In Progress"'
version=$(printf '%s' "$answer" | sed 's/.*"version":\([0-9]*\).*/\1/')
agent PATCH "/desk/tickets/$ticket" "{\"priority\": \"Critical\", \"version\": $version}"
send "$AGENT_TOKEN" PATCH "/desk/tickets/$ticket" "{\"priority\": \"Low\", \"version\": $version}"
expect '"code":"VERSION_CONFLICT"'
agent POST "/desk/tickets/$ticket/resolve" '{"resolution": "Sent to the new address"}'

# The end, and who did what.
customer POST "/support/tickets/$ticket/rating" '{"score": 5}'
customer POST "/support/tickets/$ticket/close"
expect '"status":"Closed"'
agent GET "/desk/tickets/$ticket/events?limit=100"
expect '"type":"ticket.created"'
expect '"type":"ticket.rated"'
expect '"type":"ticket.closed"'

printf '\nThe day is over: %s was dealt with.\n' "$ticket"
