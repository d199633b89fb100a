-- CreateTable
CREATE TABLE "profiles" (
    "user_id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" TEXT NOT NULL,
    "updated_at" DATETIME NOT NULL,
    CONSTRAINT "profiles_role_check" CHECK ("role" IN ('customer', 'agent', 'admin'))
);

-- CreateIndex
CREATE INDEX "profiles_role_updated_at_idx" ON "profiles"("role", "updated_at");
