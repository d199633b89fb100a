#!/bin/sh
# Walks the six documented operations with the documented examples, and uploads a file; stops at the first surprise.
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

# A file is the body of a request of its own; its id is attached, and its bytes are read by a link without a token.
printf 'It says E-42\n' > "${TMPDIR:-/tmp}/error-$$.txt"
printf '\nPOST /support/files?name=error.txt\n'
answer=$(curl --silent --show-error --max-time 600 --data-binary "@${TMPDIR:-/tmp}/error-$$.txt" \
  --header "Authorization: Bearer $TOKEN" "$BASE_URL/support/files?name=error.txt")
rm "${TMPDIR:-/tmp}/error-$$.txt"
printf '%s\n' "$answer"
expect '"type":"text/plain"'
file=$(printf '%s' "$answer" | sed 's/.*"fileId":"\([^"]*\)".*/\1/')

call POST "/support/tickets/$ticket/messages" "{\"message\":\"See the file\",\"attachments\":[\"$file\"]}"
call GET "/support/tickets/$ticket/files"
expect "\"fileId\":\"$file\""
call GET "/support/files/$file"
link=$(printf '%s' "$answer" | sed 's/.*"url":"\([^"]*\)".*/\1/')
case $link in /*) link=$BASE_URL$link ;; esac
answer=$(curl --silent --show-error --max-time 30 "$link")
expect 'It says E-42'

call POST "/support/tickets/$ticket/close" "$(cat <<'JSON'
{
  "resolution": "Issue was resolved by updating payment method"
}
JSON
)"
expect '"status":"Closed"'

printf '\nAll six operations answered as documented, and the file came back.\n'
