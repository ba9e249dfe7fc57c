using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.MailDefaults;

/// <summary>Mails that wait in the database, in the service's table <c>mails</c>. One is queued by the transaction that
/// causes it.</summary>
public sealed class MailQueue(IDatabase database, UnitOfWork work, MailSignal signal, TimeProvider clock)
{
    private const int RecipientLengthMax = 254;

    /// <summary>Queues a mail in the scope's unit of work. The same work whoever the address belongs to, and when it
    /// belongs to nobody.</summary>
    public void Add(string kind, string recipient)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recipient.Length, RecipientLengthMax);
        var now = clock.GetUtcNow();
        work.Enqueue(
            "insert into mails (id, kind, recipient, queued_at, due_at, tries) values ($1, $2, $3, $4, $4, 0)",
            Guid.CreateVersion7(now), kind, recipient, now);
        work.AfterCommit(signal.Wake);
    }

    internal async Task<QueuedMail?> FindDueAsync(CancellationToken stop) => (await database.QueryAsync(
        "select id, kind, recipient, sealed, queued_at, due_at, tries from mails where due_at <= $1 " +
        "order by due_at, id limit 1",
        [clock.GetUtcNow()], Read, stop)).SingleOrDefault();

    /// <summary>Takes the mail for a while, so that no other replica sends it at once. False when another was
    /// first.</summary>
    internal async Task<bool> TryTakeAsync(QueuedMail mail, TimeSpan duration, CancellationToken stop) =>
        await work.ExecuteAsync(
            "update mails set due_at = $2, tries = tries + 1 where id = $1 and tries = $3",
            [mail.Id, clock.GetUtcNow() + duration, mail.Tries], stop) == 1;

    internal void Keep(Guid mail, string written) =>
        work.EnqueueOne("update mails set sealed = $2 where id = $1", mail, written);

    internal void Retry(Guid mail, TimeSpan delay) =>
        work.Enqueue("update mails set due_at = $2 where id = $1", mail, clock.GetUtcNow() + delay);

    internal void Remove(Guid mail) => work.Enqueue("delete from mails where id = $1", mail);

    private static QueuedMail Read(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetStringOrNull(3), row.GetTime(4), row.GetInt32(6));
}
