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
    private readonly IDataProtector _protector = protection.CreateProtector("Tessera.Ops.Acting");

    public void Begin(HttpContext context, ActingFor acting)
    {
        var file = FileOf(context) ?? throw new InvalidOperationException("Only who is signed in acts for somebody.");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
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
            var acting = JsonSerializer.Deserialize<ActingFor>(_protector.Unprotect(File.ReadAllBytes(file)));
            if (acting?.Until > clock.GetUtcNow()) return acting;
        }
        catch (Exception gone) when (gone is IOException or CryptographicException or JsonException)
        {
            // Ended by another window, or of keys that are gone.
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

    private string? FileOf(HttpContext context) => SessionName.Of(context) is { } name
        ? Path.Combine(tessera.Value.DataDirectory, "ops", "acting", name)
        : null;
}

/// <param name="Token">To act with; never shown.</param>
/// <param name="Shown">The customer as far as an operator needs to see.</param>
internal sealed record ActingFor(Guid Customer, string? Shown, string Why, string Token, DateTimeOffset Until);
