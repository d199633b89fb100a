import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/db/database.js';
import { databaseOptions } from '../../src/db/options.js';

// A process of its own: adds `count` to the message count of `ticket_a`, one transaction for each 1.
const [url = '', count = '0'] = process.argv.slice(2);
const config = loadConfig({ DATABASE_URL: url, SQLITE_SYNCHRONOUS: 'NORMAL', SQLITE_BUSY_TIMEOUT_MS: '60000' });
const db = await openDatabase(databaseOptions(config, () => {}));
for (let done = 0; done < Number(count); done++) {
  await db.transaction(async (tx) => {
    if (tx.engine === 'postgresql') await tx.$queryRaw`SELECT 1 FROM tickets WHERE id = 'ticket_a' FOR UPDATE`;
    const { messageCount } = await tx.ticket.findFirstOrThrow({ where: { id: 'ticket_a' } });
    await tx.ticket.update({ where: { id: 'ticket_a' }, data: { messageCount: messageCount + 1 } });
  });
}
await db.close();
