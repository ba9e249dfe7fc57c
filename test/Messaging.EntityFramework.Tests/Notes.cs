using Microsoft.EntityFrameworkCore;

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

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>(note =>
    {
        note.ToTable("notes");
        note.Property(one => one.Id).HasColumnName("id").ValueGeneratedNever();
        note.Property(one => one.Text).HasColumnName("text");
    });
}
