using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Ops.Acting;

/// <summary>For whom an operator acts just now: the token for it lies sealed in the data folder beside the session, and
/// the browser has nothing of it.</summary>
internal sealed class ActingFiles(
    IDataProtectionProvider protection, IOptions<TesseraOptions> tessera, TimeProvider clock)
{
    /// <summary>A file that is being written has its name within less.</summary>
    private static readonly TimeSpan writing = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = protection.CreateProtector("Tessera.Ops.Acting");

    private string Folder => Path.Combine(tessera.Value.DataDirectory, "ops", "acting");

    public void Begin(HttpContext context, ActingFor acting)
    {
        var file = FileOf(context) ?? throw new InvalidOperationException("Only who is signed in acts for somebody.");
        Directory.CreateDirectory(Folder);
        Sweep();
        var written = $"{file}.{Guid.NewGuid():N}.new";
        File.WriteAllBytes(written, _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(acting)));
        File.Move(written, file, overwrite: true);
    }

    /// <summary>Null when nobody is acted for, or not any more.</summary>
    public ActingFor? Find(HttpContext context)
    {
        if (FileOf(context) is not { } file || !File.Exists(file)) return null;
        try
        {
            if (Read(file) is { } acting) return acting;
        }
        catch (IOException)
        {
            // Ended by another window.
        }
        End(context);
        return null;
    }

    public void End(HttpContext context)
    {
        if (FileOf(context) is not { } file) return;
        try
        {
            File.Delete(file);
        }
        catch (DirectoryNotFoundException)
        {
            // Nobody has acted yet.
        }
    }

    /// <summary>Most windows are closed without a word, and nobody asks for their session again: what has ended goes
    /// when somebody begins, so that there are never more files than were begun in the time of one token.</summary>
    private void Sweep()
    {
        foreach (var file in Directory.EnumerateFiles(Folder))
        {
            try
            {
                var isEnded = file.EndsWith(".new", StringComparison.Ordinal)
                    ? File.GetLastWriteTimeUtc(file) < clock.GetUtcNow() - writing
                    : Read(file) is null;
                if (isEnded) File.Delete(file);
            }
            catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
            {
                // Another replica has it open: the next sweep takes it.
            }
        }
    }

    /// <summary>Null when it has ended.</summary>
    private ActingFor? Read(string file)
    {
        try
        {
            var acting = JsonSerializer.Deserialize<ActingFor>(_protector.Unprotect(File.ReadAllBytes(file)));
            return acting?.Until > clock.GetUtcNow() ? acting : null;
        }
        catch (Exception gone) when (gone is CryptographicException or JsonException)
        {
            return null; // Of keys that are gone.
        }
    }

    private string? FileOf(HttpContext context) =>
        SessionName.Of(context) is { } name ? Path.Combine(Folder, name) : null;
}

/// <param name="Token">To act with; never shown.</param>
/// <param name="Shown">The customer as far as an operator needs to see.</param>
internal sealed record ActingFor(Guid Customer, string? Shown, string Why, string Token, DateTimeOffset Until);
