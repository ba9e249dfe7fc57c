using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Tessera.Messaging.EntityFramework.Tests;

public sealed record NoteWritten(int Note)
{
    public const string EventType = "notes.note-written.v1";
}

public sealed record NoteCopied(int Note)
{
    public const string EventType = "notes.note-copied.v1";
}

public sealed class Note
{
    public int Id { get; set; }
    public string Text { get; set; } = "";
}

public sealed class NotesContext(DbContextOptions<NotesContext> options) : DbContext(options)
{
    public const string Table = "create table notes (id int not null primary key, text text not null)";

    public DbSet<Note> Notes => Set<Note>();

    // Behind the library's, as one that a context adds by itself is.
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.AddInterceptors(RefuseSecrets.Instance);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>(note =>
    {
        note.ToTable("notes");
        note.Property(one => one.Id).HasColumnName("id").ValueGeneratedNever();
        note.Property(one => one.Text).HasColumnName("text");
    });
}

/// <summary>The service's own interceptor: throws before the first statement of a save.</summary>
internal sealed class RefuseSecrets : SaveChangesInterceptor
{
    public static readonly RefuseSecrets Instance = new();

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        eventData.Context!.ChangeTracker.Entries<Note>().Any(note => note.Entity.Text == "secret")
            ? throw new UnauthorizedAccessException("This is nothing to write down.")
            : ValueTask.FromResult(result);
}
