-- CreateTable
CREATE TABLE "profiles" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "email" TEXT COLLATE "C",
    "role" TEXT COLLATE "C" NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "profiles_role_check" CHECK ("role" IN ('customer', 'agent', 'admin'))
);

-- CreateIndex
CREATE INDEX "profiles_role_updated_at_idx" ON "profiles"("role", "updated_at");
