// The first half of the everyday story: an order becomes a persistent message in a durable queue.
// AMQP_URL, and the queue and the orders (JSON, one an argument) on the command line.
const amqp = require("amqplib");

async function main() {
  const [queue, ...orders] = process.argv.slice(2);
  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: true });
  for (const order of orders) {
    channel.sendToQueue(queue, Buffer.from(order), { persistent: true, contentType: "application/json" });
    console.log("published " + JSON.parse(order).id);
  }
  await channel.close();
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
