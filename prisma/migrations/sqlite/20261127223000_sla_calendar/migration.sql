-- CreateTable
CREATE TABLE "sla_calendar" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "revision" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "weekly_hours" JSONB NOT NULL,
    "holidays" JSONB NOT NULL,
    CONSTRAINT "sla_calendar_one_check" CHECK ("id" = 1)
);

-- All time counts, until somebody says otherwise.
INSERT INTO "sla_calendar" ("id", "revision", "time_zone", "weekly_hours", "holidays") VALUES
    (1, '', 'UTC', '[
        {"day": "Monday", "opens": "00:00", "closes": "24:00"},
        {"day": "Tuesday", "opens": "00:00", "closes": "24:00"},
        {"day": "Wednesday", "opens": "00:00", "closes": "24:00"},
        {"day": "Thursday", "opens": "00:00", "closes": "24:00"},
        {"day": "Friday", "opens": "00:00", "closes": "24:00"},
        {"day": "Saturday", "opens": "00:00", "closes": "24:00"},
        {"day": "Sunday", "opens": "00:00", "closes": "24:00"}
    ]', '[]');
