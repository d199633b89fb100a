-- How a ticket was resolved holds no more when it is reopened: those that were, before this was so.
UPDATE tickets SET resolution = NULL WHERE status IN ('Open', 'In Progress') AND resolution IS NOT NULL;
