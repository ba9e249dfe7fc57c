using Microsoft.AspNetCore.Identity;
using Tessera.Users.Texts;

namespace Tessera.Users.Passwords;

/// <summary>What may be a password (OWASP ASVS 5.0 §6.2, NIST SP 800-63B-4 §3.1.1.2): its length counts, and that
/// nobody tries it first. No letters or digits are demanded, it never runs out, and nothing of it is cut off.</summary>
internal static class PasswordRules
{
    public const int LengthMin = 10;

    // OWASP's number for PBKDF2-HMAC-SHA512, which the hasher uses. Older hashes are replaced at the next sign-in.
    private const int Iterations = 220_000;

    private static readonly HashSet<string> common = ReadCommon();

    public static IServiceCollection AddPasswords(this IServiceCollection services) => services
        .Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = Iterations)
        .AddSingleton<IPasswordHasher<Account>, HashPreparedPassword>()
        .AddScoped<CheckPassword>()
        .AddScoped<ChangePassword>()
        .AddScoped<ResetPassword>();

    /// <summary>Why it is refused, or null.</summary>
    public static Wording? FaultOf(string password, string? email)
    {
        if (password.Length is < LengthMin or > CheckPassword.LengthMax)
            return new Wording("password.length", LengthMin, CheckPassword.LengthMax);
        if (common.Contains(password.ToLowerInvariant()) || IsRun(password))
            return new Wording("password.common");
        return email is not null && IsMadeOf(password, email.Trim())
            ? new Wording("password.email")
            : null;
    }

    /// <summary>One step for all of it: aaaaaaaaaa, 0123456789, zyxwvutsrq.</summary>
    private static bool IsRun(string password)
    {
        var step = password[1] - password[0];
        if (step is < -1 or > 1) return false;
        for (var at = 1; at < password.Length; at++)
        {
            if (password[at] - password[at - 1] != step) return false;
        }
        return true;
    }

    private static bool IsMadeOf(string password, string email)
    {
        var at = email.LastIndexOf('@');
        return password.Equals(email, StringComparison.OrdinalIgnoreCase)
            || (at > 0 && password.AsSpan().Equals(email.AsSpan(0, at), StringComparison.OrdinalIgnoreCase));
    }

    private static HashSet<string> ReadCommon()
    {
        using var file = typeof(PasswordRules).Assembly.GetManifestResourceStream(
            "Tessera.Users.Passwords.common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not built in.");
        using var lines = new StreamReader(file);
        HashSet<string> known = new(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            if (!line.StartsWith("# ", StringComparison.Ordinal)) known.Add(line);
        }
        return known;
    }
}
