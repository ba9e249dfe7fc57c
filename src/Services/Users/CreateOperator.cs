using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>The first start makes an operator: with the password that is configured, or the email and password in
/// <c>operator.json</c> of the data folder if that is there, else with a random password that is written there (for its
/// owner alone) and printed once.</summary>
internal sealed partial class CreateOperator(
    IServiceScopeFactory scopes,
    IPasswordHasher<Account> hasher,
    IOptions<TesseraOptions> tessera,
    IOptions<UsersOptions> users,
    TimeProvider clock,
    ILogger<CreateOperator> logger) : IPrepareDatabase
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public async Task PrepareAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountStore>();
        if (await accounts.HasOperatorAsync(stop)) return;
        var file = Path.Combine(tessera.Value.DataDirectory, "operator.json");
        var (credentials, isNew) = ReadOrMake(file);
        var now = clock.GetUtcNow();
        var account = new Account(
            Guid.CreateVersion7(now), EmailAddress.Normalize(credentials.Email), null, "Operator",
            IsOperator: true, now);
        account = account with { PasswordHash = hasher.HashPassword(account, credentials.Password) };
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryAddAsync(account, stop)) return; // Another replica was first.
        await accounts.Work.CommitAsync(stop);
        Log.Created(logger, credentials.Email);
        if (isNew) Log.PasswordMade(logger, file); // Itself it stands in no log, and logs are all that we write.
    }

    private (OperatorCredentials Credentials, bool IsNew) ReadOrMake(string file)
    {
        if (users.Value.OperatorPassword is { } chosen)
            return (new OperatorCredentials(users.Value.OperatorEmail, chosen), false);
        if (!File.Exists(file))
        {
            var made = new OperatorCredentials(users.Value.OperatorEmail, RandomNumberGenerator.GetString(
                "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
            Directory.CreateDirectory(tessera.Value.DataDirectory);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            try
            {
                using var stream = new FileStream(file, options);
                JsonSerializer.Serialize(stream, made, json);
                return (made, true);
            }
            catch (IOException) when (File.Exists(file))
            {
                // Another replica was first.
            }
        }
        return JsonSerializer.Deserialize<OperatorCredentials>(File.ReadAllText(file), json)
            is { Email: not null, Password: not null } given
            ? (given, false)
            : throw new InvalidOperationException(
                $"{file} names no email and password for the first operator; delete it to have it made anew.");
    }

    private sealed record OperatorCredentials(string Email, string Password);

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Information, "Made the first operator's account {Email}")]
        public static partial void Created(ILogger logger, string email);

        [LoggerMessage(301, LogLevel.Information, "Its password is in {File}, which its owner alone can read")]
        public static partial void PasswordMade(ILogger logger, string file);
    }
}
