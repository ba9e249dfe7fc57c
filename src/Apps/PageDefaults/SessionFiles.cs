using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>
/// The sessions with their tokens, each a sealed file in the data folder, which all replicas share: the browser has the
/// session's random name alone. Files and not the cookie: several tokens are larger than a cookie may be, a sign-out
/// really ends the session, and a refresh by one replica is seen by the others.
/// </summary>
internal sealed class SessionFiles(
    IDataProtectionProvider protection, PagesApp app, IOptions<TesseraOptions> tessera) : ITicketStore
{
    private const string KeyItem = ".session";
    private readonly IDataProtector _protector = protection.CreateProtector($"Tessera.{app.Title}.Session");
    private readonly string _folder = Path.Combine(tessera.Value.DataDirectory, app.Name, "sessions");

    /// <summary>The session that the ticket was read for.</summary>
    public static string? KeyOf(AuthenticationProperties properties) =>
        properties.Items.TryGetValue(KeyItem, out var key) ? key : null;

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await RenewAsync(key, ticket);
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        OwnerFolder.Make(_folder);
        ticket.Properties.Items[KeyItem] = key;
        var file = FileOf(key);
        var written = $"{file}.{Guid.NewGuid():N}.new";
        await File.WriteAllBytesAsync(written, _protector.Protect(TicketSerializer.Default.Serialize(ticket)));
        File.Move(written, file, overwrite: true);
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        try
        {
            var sealedTicket = await File.ReadAllBytesAsync(FileOf(key));
            return TicketSerializer.Default.Deserialize(_protector.Unprotect(sealedTicket));
        }
        catch (Exception gone) when (gone is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public Task RemoveAsync(string key)
    {
        if (Directory.Exists(_folder))
        {
            File.Delete(FileOf(key));
            File.Delete(LockOf(key));
        }
        return Task.CompletedTask;
    }

    /// <summary>Removes what nobody has come back to: a session in use is written anew before half its time is over.
    /// </summary>
    public int RemoveUnusedSince(DateTimeOffset before)
    {
        if (!Directory.Exists(_folder)) return 0;
        var removed = 0;
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc >= before.UtcDateTime) continue;
            try
            {
                file.Delete();
                removed++;
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                // The next look takes it: one file is not to keep the others.
            }
        }
        return removed;
    }

    /// <summary>Held by one request of all replicas; null when another has it.</summary>
    public FileStream? TryLock(string key)
    {
        try
        {
            return new FileStream(LockOf(key), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string LockOf(string key) => FileOf(key) + ".lock";

    // The name is what the cookie holds, and who reads the folder must not be able to make a cookie of it.
    private string FileOf(string key) =>
        Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key))));
}
