using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tessera.Messaging.EntityFramework.Tests;

/// <summary>What is left when all statements went through and the commit does not, on each engine.</summary>
public abstract class FailedCommitTests(Backend backend)
{
    // Checked at the commit: a note's text must be a word that is there by then.
    private static readonly string[] s_wordsCheckedAtTheCommit =
    [
        "drop table notes",
        "create table words (word text not null primary key)",
        "create table notes (id int not null primary key, " +
            "text text not null references words (word) deferrable initially deferred)",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_changes_and_events_together_when_the_commit_fails_and_saves_both_with_the_next_try()
    {
        await using var service = await StartAsync();
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        var note = db.Notes.Add(new Note { Id = 1, Text = "later" });
        db.Publish(new NoteWritten(1));

        await Assert.ThrowsAnyAsync<DbException>(() => db.SaveChangesAsync(Stop));
        Assert.Equal(EntityState.Added, note.State);
        Assert.Equal(0, await service.CountAsync(Stop));
        Assert.Empty(await service.EventKeysAsync(Stop));

        await service.ExecuteAsync(["insert into words (word) values ('later')"], Stop);
        Assert.Equal(1, await db.SaveChangesAsync(Stop));
        Assert.Equal(EntityState.Unchanged, note.State);
        Assert.Equal(1, await service.CountAsync(Stop));
        Assert.Equal(["1"], await service.EventKeysAsync(Stop));
    }

    [Fact]
    public async Task Keeps_changes_and_deletions_that_a_failed_commit_did_not_save()
    {
        await using var service = await StartAsync();
        await service.ExecuteAsync(["insert into words (word) values ('now')"], Stop);
        await service.WriteAsync(1, "now", Stop);
        await service.WriteAsync(2, "now", Stop);
        await using var scope = service.Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        var notes = await db.Notes.OrderBy(note => note.Id).ToListAsync(Stop);
        notes[0].Text = "later";
        db.Notes.Remove(notes[1]);

        await Assert.ThrowsAnyAsync<DbException>(() => db.SaveChangesAsync(Stop));
        Assert.Equal(
            [EntityState.Modified, EntityState.Deleted], notes.Select(note => db.Entry(note).State));

        await service.ExecuteAsync(["insert into words (word) values ('later')"], Stop);
        Assert.Equal(2, await db.SaveChangesAsync(Stop));
        Assert.Equal(["later"], await db.Notes.AsNoTracking().Select(note => note.Text).ToListAsync(Stop));
    }

    [Fact]
    public async Task Refuses_to_go_on_with_a_context_whose_unit_of_work_did_not_commit()
    {
        await using var service = await StartAsync();
        await using var scope = service.Scope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(Stop);
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        db.Notes.Add(new Note { Id = 1, Text = "later" });
        await db.SaveChangesAsync(Stop);
        db.Publish(new NoteWritten(1));
        await Assert.ThrowsAnyAsync<DbException>(() => work.CommitAsync(Stop));

        // Its changes count as saved and are not: what comes next must not be published without them.
        Assert.Throws<InvalidOperationException>(() => db.Publish(new NoteWritten(2)));
        db.Notes.Add(new Note { Id = 2, Text = "later" });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Stop));
        Assert.Contains("did not commit", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync(Stop));
        Assert.Empty(await service.EventKeysAsync(Stop));
    }

    [Fact]
    public async Task Ends_the_unit_of_work_of_a_save_that_fails_before_its_first_statement()
    {
        await using var service = await backend.StartAsync(Stop);
        await service.WriteAsync(1, "there", Stop);
        // As often as would use up a pool of connections; on SQLite once is enough to keep everybody from writing.
        for (var i = 0; i < 25; i++)
        {
            await using (var refused = service.Scope())
            {
                var db = refused.ServiceProvider.GetRequiredService<NotesContext>();
                db.Notes.Add(new Note { Id = 2, Text = "secret" });
                await Assert.ThrowsAsync<UnauthorizedAccessException>(() => db.SaveChangesAsync(Stop));
            }
            await using (var changed = service.Scope())
            {
                var db = changed.ServiceProvider.GetRequiredService<NotesContext>();
                db.Publish(new NoteWritten(1));
                (await db.Notes.SingleAsync(Stop)).Id = 2;
                await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(Stop));
            }
        }
        await service.WriteAsync(3, "written", Stop, publish: true);
        Assert.Equal(["3"], await service.EventKeysAsync(Stop));
        Assert.Equal(2, await service.CountAsync(Stop));
    }

    private async Task<Service> StartAsync()
    {
        var service = await backend.StartAsync(Stop);
        await service.ExecuteAsync(s_wordsCheckedAtTheCommit, Stop);
        return service;
    }
}
