using System.Security.Cryptography;

namespace Tessera.Cli.Servers;

internal static class Passwords
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
