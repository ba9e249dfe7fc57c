using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.MailDefaults;

/// <summary>Mails that wait in the database, in the service's table <c>mails</c>. One is queued by the transaction that
/// causes it.</summary>
public sealed class MailQueue(IDatabase database, UnitOfWork work, MailSignal signal, TimeProvider clock)
{
    private const int RecipientLengthMax = 254;
    private const string Columns = "id, kind, recipient, sealed, queued_at, due_at, tries";

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

    /// <param name="aheadMax">The furthest that a due time is ever moved ahead. One beyond it, and one of a mail that
    /// nobody has tried, was written before the clock was set back: the mail is due now.</param>
    internal async Task<QueuedMail?> FindDueAsync(TimeSpan aheadMax, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        return (await database.QueryAsync(
            $"""
            select * from (
                select {Columns} from mails where due_at <= $1 order by due_at, id limit 1) as due
            union all
            select * from (
                select {Columns} from mails where due_at > $1 and (tries = 0 or due_at > $2)
                order by due_at, id limit 1) as ahead
            limit 1
            """,
            [now, now + aheadMax], Read, stop)).SingleOrDefault();
    }

    /// <summary>Takes the mail for a while, so that no other replica sends it at once. False when another was
    /// first.</summary>
    internal async Task<bool> TryTakeAsync(QueuedMail mail, TimeSpan duration, CancellationToken stop) =>
        await work.ExecuteAsync(
            "update mails set due_at = $2, tries = tries + 1 where id = $1 and tries = $3",
            [mail.Id, clock.GetUtcNow() + duration, mail.Tries], stop) == 1;

    /// <summary>The commit fails when another has taken the mail since: its link is that one's to make.</summary>
    internal void Keep(QueuedMail taken, string written) => work.EnqueueOne(
        "update mails set sealed = $2 where id = $1 and tries = $3", taken.Id, written, taken.Tries + 1);

    /// <summary>Nothing happens when another has taken the mail since.</summary>
    internal void Retry(QueuedMail taken, TimeSpan delay) => work.Enqueue(
        "update mails set due_at = $2 where id = $1 and tries = $3",
        taken.Id, clock.GetUtcNow() + delay, taken.Tries + 1);

    internal void Remove(Guid mail) => work.Enqueue("delete from mails where id = $1", mail);

    private static QueuedMail Read(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetStringOrNull(3), row.GetTime(4), row.GetInt32(6));
}
