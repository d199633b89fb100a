#!/bin/sh
# Walks the six documented operations with the documented examples; stops at the first surprise.
#   TOKEN=$(npm run --silent token -- --sub user_123) BASE_URL=http://127.0.0.1:3000 sh examples/curl.sh
set -eu
: "${BASE_URL:=http://127.0.0.1:3000}"
: "${TOKEN:?set it to a bearer token: npm run --silent token -- --sub user_123}"

# call METHOD PATH [BODY]: the answer into $answer; whatever is not a success ends the walk
call() {
  printf '\n%s %s\n' "$1" "$2"
  answer=$(curl --silent --show-error --max-time 30 --request "$1" "$BASE_URL$2" \
    --header "Authorization: Bearer $TOKEN" ${3+--header 'Content-Type: application/json' --data "$3"})
  printf '%s\n' "$answer"
  expect '"success":true,"statusCode":200,'
}

# expect TEXT: the answer holds it
expect() {
  case $answer in
    *"$1"*) ;;
    *) printf 'Expected %s\n' "$1" >&2 && exit 1 ;;
  esac
}

call GET /support/categories
expect '{"categoryId":"category_001","name":"Payment Issues","description":"Help with payment problems"}'

call POST /support/tickets "$(cat <<'JSON'
{
  "subject": "Unable to make payment",
  "description": "I'm experiencing issues making a payment on my loan",
  "categoryId": "category_001",
  "priority": "High",
  "attachments": ["file_id_123"]
}
JSON
)"
expect '"status":"Open"'
# Enough for our own ids; use jq where you have it.
ticket=$(printf '%s' "$answer" | sed 's/.*"ticketId":"\([^"]*\)".*/\1/')

call GET '/support/tickets?status=Open&priority=High&page=1&limit=20'
expect "\"ticketId\":\"$ticket\""

call POST "/support/tickets/$ticket/messages" "$(cat <<'JSON'
{
  "message": "I've tried multiple times but still getting an error",
  "attachments": ["file_id_456"]
}
JSON
)"
expect '"messageId":"msg_'

call GET "/support/tickets/$ticket"
expect "\"content\":\"I've tried multiple times but still getting an error\""

call POST "/support/tickets/$ticket/close" "$(cat <<'JSON'
{
  "resolution": "Issue was resolved by updating payment method"
}
JSON
)"
expect '"status":"Closed"'

printf '\nAll six operations answered as documented.\n'
