using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>
/// What somebody sent whose session had ended: kept, sealed, for the way back from the sign-in, where the page of the
/// form shows it once more. It is shown and never sent on: who signs in may be somebody else than who typed. Where it
/// is known who typed, it is shown to nobody else. Nothing of it stands in an address; the browser has its random name
/// alone.
/// </summary>
public sealed class TypedForms(
    IDataProtectionProvider protection, PagesApp app, IOptions<TesseraOptions> tessera,
    IOptionsMonitor<CookieAuthenticationOptions> cookies, TimeProvider clock)
{
    internal const int FormsMax = 1_000;
    private const int LengthMax = 16 * 1024;

    // As ASP.NET Core calls it where it keeps sessions elsewhere than in the cookie.
    private const string SessionClaim = "Microsoft.AspNetCore.Authentication.Cookies-SessionId";

    /// <summary>As long as a sign-in takes, with a new password by mail.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly IDataProtector _protector = protection.CreateProtector($"Tessera.{app.Title}.Typed");
    private readonly string _folder = Path.Combine(tessera.Value.DataDirectory, app.Name, "typed");

    /// <summary>Keeps the form of this request, if it is one of a page of ours and of a size that people type. A full
    /// disk costs what was typed and not the sign-in.</summary>
    public async Task KeepAsync(HttpContext context)
    {
        var request = context.Request;
        // What another site has sent would else stand in a page of ours as if the visitor had typed it.
        if (!app.ShowsTyped || !HttpMethods.IsPost(request.Method) || !request.HasFormContentType
            || request.ContentLength is not <= LengthMax || !RefuseForeignForms.IsOwn(request, tessera.Value))
        {
            return;
        }
        try
        {
            await WriteAsync(context);
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The visitor types once more; what no browser sends is not kept.
        }
    }

    /// <summary>What was sent to the path, once; null when nothing was or it is too long ago.</summary>
    /// <param name="fits">Whether it is of this page, where several send to one path; it waits for its own else.
    /// </param>
    public async Task<IFormCollection?> TakeAsync(
        HttpContext context, string path, Func<IFormCollection, bool>? fits = null)
    {
        if (context.Request.Cookies[Cookie().Name!] is not { Length: > 0 } name) return null;
        if (await ReadAsync(name) is not { } kept) return null;
        if (kept.Owner is not null && context.User.FindFirst("sub")?.Value is var reader && reader != kept.Owner)
        {
            if (reader is not null) Forget(context); // Until somebody signs in, it may still be who typed.
            return null;
        }
        if (kept.Path != path) return null;
        var form = new FormCollection(kept.Fields.ToDictionary(
            field => field.Key, field => new StringValues(field.Value), StringComparer.Ordinal));
        if (fits?.Invoke(form) == false) return null;
        Forget(context);
        return clock.GetUtcNow() - kept.At > KeptFor ? null : form;
    }

    internal void Forget(HttpContext context)
    {
        var cookie = Cookie();
        if (context.Request.Cookies[cookie.Name!] is not { Length: > 0 } name) return;
        if (Directory.Exists(_folder)) File.Delete(FileOf(name));
        context.Response.Cookies.Delete(cookie.Name!, cookie.Build(context));
    }

    private async Task WriteAsync(HttpContext context)
    {
        var request = context.Request;
        var form = await request.ReadFormAsync(context.RequestAborted);
        OwnerFolder.Make(_folder);
        if (RemoveOld() >= FormsMax) return; // The sign-in goes on all the same.
        var kept = new Kept(
            request.Path, clock.GetUtcNow(), OwnerOf(context),
            form.ToDictionary(field => field.Key, field => field.Value.ToArray(), StringComparer.Ordinal));
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await File.WriteAllBytesAsync(
            FileOf(name), _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(kept)), context.RequestAborted);
        var cookie = Cookie();
        cookie.Expiration = KeptFor;
        context.Response.Cookies.Append(cookie.Name!, name, cookie.Build(context));
    }

    /// <summary>Removes what nobody has come back for.</summary>
    /// <returns>How many are left.</returns>
    internal int RemoveOld()
    {
        if (!Directory.Exists(_folder)) return 0;
        var before = (clock.GetUtcNow() - KeptFor).UtcDateTime;
        var fresh = 0;
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc >= before) fresh++;
            else file.Delete();
        }
        return fresh;
    }

    private async Task<Kept?> ReadAsync(string name)
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(_protector.Unprotect(await File.ReadAllBytesAsync(FileOf(name))));
        }
        catch (Exception gone) when (gone is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // As with sessions: who reads the folder must not be able to make a cookie of it.
    private string FileOf(string name) =>
        Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    /// <summary>Who is signed in, or was: the cookie says so when its session has ended. Null for who never was.
    /// </summary>
    private string? OwnerOf(HttpContext context)
    {
        if (context.User.FindFirst("sub") is { } subject) return subject.Value;
        var session = cookies.Get(CookieAuthenticationDefaults.AuthenticationScheme);
        return context.Request.Cookies[session.Cookie.Name!] is { Length: > 0 } cookie
            && session.TicketDataFormat.Unprotect(cookie)?.Principal.FindFirst(SessionClaim) is { } key
                ? SessionFiles.OwnerOf(key.Value)
                : null;
    }

    private CookieBuilder Cookie()
    {
        var cookie = new CookieBuilder();
        SessionSetup.Configure(cookie, app.CookieName("typed"), tessera.Value);
        return cookie;
    }

    private sealed record Kept(string Path, DateTimeOffset At, string? Owner, Dictionary<string, string?[]> Fields);
}
