using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>
/// The sessions with their tokens, each a sealed file in the data folder, which all replicas share: the browser has the
/// session's name alone, sealed, which is random and says whose it is. Files and not the cookie: several tokens are
/// larger than a cookie may be, a sign-out really ends the session, and a refresh by one replica is seen by the others.
/// </summary>
internal sealed class SessionFiles(
    IDataProtectionProvider protection, PagesApp app, IOptions<TesseraOptions> tessera) : ITicketStore
{
    private const string KeyItem = ".session";
    private const string UnreadItem = "tessera.session-unread";
    private readonly IDataProtector _protector = protection.CreateProtector($"Tessera.{app.Title}.Session");
    private readonly string _folder = Path.Combine(tessera.Value.DataDirectory, app.Name, "sessions");

    /// <summary>The session that the ticket was read for.</summary>
    public static string? KeyOf(AuthenticationProperties properties) =>
        properties.Items.TryGetValue(KeyItem, out var key) ? key : null;

    /// <summary>Whether this request came with the cookie of a session that may live and could not be read.</summary>
    public static bool WasUnread(HttpContext context) => context.Items.ContainsKey(UnreadItem);

    /// <summary>Whose session it is or was: that is known when its file has gone, too.</summary>
    public static string? OwnerOf(string key) => key.Split('.') is [_, { Length: > 0 } owner] ? owner : null;

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var key = ticket.Principal.FindFirst("sub") is { } subject ? $"{random}.{subject.Value}" : random;
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

    /// <summary>Null when there is no such session. A fault of the disk throws: the session may live.</summary>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        try
        {
            var sealedTicket = await File.ReadAllBytesAsync(FileOf(key));
            return TicketSerializer.Default.Deserialize(_protector.Unprotect(sealedTicket));
        }
        catch (Exception gone)
            when (gone is FileNotFoundException or DirectoryNotFoundException or CryptographicException)
        {
            return null;
        }
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(
        string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        if (httpContext.Request.Path == app.SignedInPath)
        {
            // Or it would go on under this name, which says whose it is: who signs in now may be another person.
            await RemoveAsync(key);
            return null;
        }
        try
        {
            return await RetrieveAsync(key);
        }
        catch (Exception passing) when (passing is IOException or UnauthorizedAccessException)
        {
            // Nobody for this request: public pages open, and nothing takes the cookie away.
            httpContext.Items[UnreadItem] = true;
            httpContext.RequestServices.GetRequiredService<ILogger<SessionFiles>>()
                .LogWarning("A session could not be read: {Why}", passing.Message);
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
