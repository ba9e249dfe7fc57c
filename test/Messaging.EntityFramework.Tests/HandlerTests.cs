using Microsoft.EntityFrameworkCore;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.EntityFramework.Tests;

/// <summary>A DbContext in a handler, from the publishing save to the handler's rows.</summary>
public abstract class HandlerTests(Backend backend)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handles_events_with_a_context_in_the_transaction_of_the_batch()
    {
        await using var service = await backend.StartAsync(Stop);
        await service.StartMessagingAsync(Stop);
        for (var id = 1; id <= 20; id++) await service.WriteAsync(id, "note", Stop, publish: true);
        await Eventually.HoldsAsync(
            "each note was copied once", async () => await service.CountAsync(Stop) == 40, stop: Stop);
        await Eventually.HoldsAsync(
            "the copies were published and handled", () => CopiesSeen(service) == 20, stop: Stop);
    }

    [Fact]
    public async Task Keeps_nothing_of_a_handler_that_fails_after_it_saved()
    {
        await using var service = await backend.StartAsync(Stop);
        await service.StartMessagingAsync(Stop);
        await service.WriteAsync(CopyNote.Poison, "poison", Stop, publish: true);
        await service.WriteAsync(1, "note", Stop, publish: true);
        await Eventually.HoldsAsync(
            "the poison is parked", async () => await service.ParkedAsync(Stop) == 1, stop: Stop);
        await Eventually.HoldsAsync("the other was handled", () => CopiesSeen(service) == 1, stop: Stop);
        Assert.Equal(3, await service.CountAsync(Stop));
    }

    private static int CopiesSeen(Service service) => service.Copies.Count;
}

public sealed class CopyNote(NotesContext db, List<int> copies) : IHandle<NoteWritten>, IHandle<NoteCopied>
{
    public const int Poison = 666;

    public async Task HandleAsync(NoteWritten message, MessageContext context, CancellationToken stop)
    {
        var note = await db.Notes.SingleAsync(one => one.Id == message.Note, stop);
        db.Notes.Add(new Note { Id = note.Id + 1000, Text = note.Text + " copied" });
        db.Publish(new NoteCopied(note.Id + 1000));
        await db.SaveChangesAsync(stop);
        if (message.Note == Poison) throw new InvalidOperationException("A note that cannot be copied.");
    }

    public Task HandleAsync(NoteCopied message, MessageContext context, CancellationToken stop)
    {
        lock (copies)
        {
            if (!copies.Contains(message.Note)) copies.Add(message.Note);
        }
        return Task.CompletedTask;
    }
}

public sealed class SqliteHandlers() : HandlerTests(new OnSqlite());

public sealed class PostgresHandlers(Testing.Servers.PostgresServer server) : HandlerTests(new OnPostgres(server));
