// Loaded into every server before its own code: answers what it has used so far, when the benchmark asks.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({
    cpuUs: user + system,
    rssBytes: process.memoryUsage.rss(),
    peakRssKb: process.resourceUsage().maxRSS,
  });
});
process.channel.unref();
