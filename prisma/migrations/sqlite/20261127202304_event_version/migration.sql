-- AlterTable
ALTER TABLE "events" ADD COLUMN "version" INTEGER;
