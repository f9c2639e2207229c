// The second half: one order at a time becomes a mail; what cannot be mailed at the first attempt is put back.
// AMQP_URL, and the queue on the command line. It goes on until its queue is gone.
const amqp = require("amqplib");

function sendMail(order, isFirstAttempt) {
  if (order.failsAtFirst && isFirstAttempt) throw new Error("the mail server is busy");
}

async function main() {
  const queue = process.argv[2];
  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: true });
  await channel.prefetch(1);
  await channel.consume(queue, (message) => {
    if (message === null) {
      console.log("cancelled");
      connection.close();
      return;
    }
    const order = JSON.parse(message.content.toString());
    try {
      sendMail(order, !message.fields.redelivered);
      console.log("mailed " + order.id);
      channel.ack(message);
    } catch (error) {
      console.log("put back " + order.id);
      channel.nack(message, false, true);
    }
  });
  console.log("waiting");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
