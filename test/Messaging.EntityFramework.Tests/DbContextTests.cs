using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tessera.Messaging.EntityFramework.Tests;

/// <summary>What a DbContext promises, on each engine.</summary>
public abstract class DbContextTests(Backend backend)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Saves_the_rows_and_the_event_together()
    {
        await using var service = await backend.StartAsync(Stop);
        await using (var scope = service.Scope())
        {
            var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
            db.Notes.Add(new Note { Id = 1, Text = "one" });
            db.Publish(new NoteWritten(1));
            Assert.Equal(1, await db.SaveChangesAsync(Stop));
            db.Notes.Add(new Note { Id = 2, Text = "two" });
            db.Publish(new NoteWritten(2));
            await db.SaveChangesAsync(Stop);
            Assert.Equal(2, await db.Notes.CountAsync(Stop));
        }
        Assert.Equal(["1", "2"], await service.EventKeysAsync(Stop));
    }

    [Fact]
    public async Task Keeps_neither_row_nor_event_when_the_save_fails_and_both_when_it_is_mended()
    {
        await using var service = await backend.StartAsync(Stop);
        await service.WriteAsync(1, "there", Stop);
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        var note = db.Notes.Add(new Note { Id = 1, Text = "again" });
        db.Publish(new NoteWritten(7));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Stop));
        Assert.Empty(await service.EventKeysAsync(Stop));
        note.State = EntityState.Detached;
        db.Notes.Add(new Note { Id = 7, Text = "mended" });
        await db.SaveChangesAsync(Stop);
        Assert.Equal(["7"], await service.EventKeysAsync(Stop));
        Assert.Equal(
            ["there", "mended"], await db.Notes.OrderBy(one => one.Id).Select(one => one.Text).ToListAsync(Stop));
    }

    [Fact]
    public async Task Works_inside_a_unit_of_work_that_is_begun()
    {
        await using var service = await backend.StartAsync(Stop);
        await using (var scope = service.Scope())
        {
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            await work.BeginAsync(Stop);
            work.Enqueue("insert into notes (id, text) values ($1, $2)", 1, "queued");
            var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
            db.Notes.Add(new Note { Id = 2, Text = "tracked" });
            await db.SaveChangesAsync(Stop);
            db.Publish(new NoteWritten(2));
            Assert.Equal(
                ["queued", "tracked"], await db.Notes.OrderBy(one => one.Id).Select(one => one.Text).ToListAsync(Stop));
            Assert.Empty(await service.EventKeysAsync(Stop));
            await work.CommitAsync(Stop);
            Assert.Equal(2, await db.Notes.CountAsync(Stop)); // On a connection of its own again.
        }
        Assert.Equal(["2"], await service.EventKeysAsync(Stop));
        Assert.Equal(2, await service.CountAsync(Stop));
    }

    [Fact]
    public async Task Publishes_in_a_unit_of_work_what_was_published_before_it_began()
    {
        await using var service = await backend.StartAsync(Stop);
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        db.Publish(new NoteWritten(1));
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(Stop);
        db.Notes.Add(new Note { Id = 1, Text = "one" });
        await db.SaveChangesAsync(Stop);
        await work.CommitAsync(Stop);
        Assert.Equal(["1"], await service.EventKeysAsync(Stop));
    }

    [Fact]
    public async Task Keeps_nothing_of_a_unit_of_work_that_is_not_committed()
    {
        await using var service = await backend.StartAsync(Stop);
        await using (var scope = service.Scope())
        {
            var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            await work.BeginAsync(Stop);
            await db.JoinAsync(work, Stop);
            db.Notes.Add(new Note { Id = 1, Text = "lost" });
            db.Publish(new NoteWritten(1));
            await db.SaveChangesAsync(Stop);
            Assert.Equal(1, await db.Notes.CountAsync(Stop));
        }
        Assert.Equal(0, await service.CountAsync(Stop));
        Assert.Empty(await service.EventKeysAsync(Stop));
    }

    [Fact]
    public async Task Saves_of_many_requests_at_once_all_commit()
    {
        await using var service = await backend.StartAsync(Stop);
        await Task.WhenAll(Enumerable.Range(1, 40).Select(id => service.WriteAsync(id, "note", Stop, publish: true)));
        Assert.Equal(40, await service.CountAsync(Stop));
        Assert.Equal(40, (await service.EventKeysAsync(Stop)).Count);
    }

    [Fact]
    public async Task Makes_no_savepoints()
    {
        await using var service = await backend.StartAsync(Stop);
        await using var scope = service.Scope();
        Assert.False(scope.ServiceProvider.GetRequiredService<NotesContext>().Database.AutoSavepointsEnabled);
    }

    [Fact]
    public async Task Refuses_to_publish_into_a_transaction_that_is_no_unit_of_work()
    {
        await using var service = await backend.StartAsync(Stop);
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(Stop);
        db.Notes.Add(new Note { Id = 1, Text = "one" });
        db.Publish(new NoteWritten(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Stop));
    }

    [Fact]
    public async Task Refuses_to_hold_a_thread()
    {
        await using var service = await backend.StartAsync(Stop);
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        Assert.Throws<NotSupportedException>(() => db.SaveChanges());
    }

    [Fact]
    public async Task Names_the_registration_that_a_context_lacks()
    {
        await using var service = await backend.StartAsync(Stop);
        await using var plain = new NotesContext(new DbContextOptionsBuilder<NotesContext>().UseSqlite().Options);
        var refused = Assert.Throws<InvalidOperationException>(() => plain.Publish(new NoteWritten(1)));
        Assert.Contains("AddMessagingDbContext<NotesContext>", refused.Message, StringComparison.Ordinal);
    }
}
