using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using OtpNet;
using Tessera.Messaging;

namespace Tessera.Users.SecondFactor;

/// <summary>Codes of authenticator apps (RFC 6238): six digits, each half a minute others, each taken once. Wrong ones
/// are counted for the account, from wherever they come: who gets here knows the password.</summary>
internal sealed class SecondFactors(
    SecondFactorStore store, IServiceScopeFactory scopes, SignInFailures failures, IDataProtectionProvider protection,
    TimeProvider clock)
{
    private const int SecretBytes = 20; // As long as what the codes are made with (SHA-1), RFC 4226 §4.
    private const int CodeLength = 6;
    private const int RecoveryCodes = 10;
    private const int RecoveryCodeLength = 10;
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789"; // Without what looks like another.
    private readonly IDataProtector _seal = protection.CreateProtector("second-factor");

    public async Task<bool> HasAsync(Guid user, CancellationToken stop) =>
        await store.FindSecretAsync(user, stop) is not null;

    /// <returns>A new secret, sealed: the page keeps it until its first code has come.</returns>
    public string NewSecret() => _seal.Protect(Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <returns>As apps take it by hand, in base 32; null when it is none of ours.</returns>
    public string? Open(string sealedSecret)
    {
        try
        {
            return sealedSecret.Length == 0 ? null : _seal.Unprotect(sealedSecret);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Takes the secret in the scope's unit of work, when the code proves that the app has it.</summary>
    /// <returns>The recovery codes, to be shown this once; null when the code is wrong.</returns>
    public async Task<IReadOnlyList<string>?> TryAddAsync(
        Guid user, string sealedSecret, string code, CancellationToken stop)
    {
        if (Open(sealedSecret) is not { } secret || StepOf(secret, code) is not { } step) return null;
        string[] codes =
        [
            .. Enumerable.Range(0, RecoveryCodes)
                .Select(_ => RandomNumberGenerator.GetString(Alphabet, RecoveryCodeLength)),
        ];
        return await store.TryAddAsync(user, sealedSecret, step, codes, stop)
            ? [.. codes.Select(each => $"{each[..5]}-{each[5..]}")]
            : null;
    }

    /// <summary>Uses up a code of the app, or a recovery code, in a commit of its own. A wrong one is counted; when
    /// too many came, none is looked at for a while.</summary>
    public async Task<bool> TryUseAsync(Guid user, string code, CancellationToken stop)
    {
        var key = new SignInKey($"second factor of {user:D}", "anywhere");
        var record = await failures.ReadAsync(key, stop);
        if (record.IsBlocked || await store.FindSecretAsync(user, stop) is not { } sealedSecret) return false;
        // Counted before it is looked at: of many guesses at once none is free.
        await failures.CountAsync(key, stop);
        // A scope of its own: the request's unit of work is for what the code allows.
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var own = scope.ServiceProvider.GetRequiredService<SecondFactorStore>();
        await work.BeginAsync(stop);
        var typed = Typed(code);
        var isGood = typed.Length == CodeLength
            ? Open(sealedSecret) is { } secret && StepOf(secret, typed) is { } step
                && await own.TryUseStepAsync(user, step, stop)
            : typed.Length == RecoveryCodeLength && await own.TryUseRecoveryCodeAsync(user, typed, stop);
        await work.CommitAsync(stop);
        if (isGood) await failures.ForgetAsync(key, stop);
        return isGood;
    }

    private long? StepOf(string secret, string code)
    {
        var typed = Typed(code);
        return typed.Length == CodeLength
            && new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(
                clock.GetUtcNow().UtcDateTime, typed, out var step, VerificationWindow.RfcSpecifiedNetworkDelay)
            ? step
            : null;
    }

    // Apps show codes in groups, and people type what they see.
    private static string Typed(string code) =>
        string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
