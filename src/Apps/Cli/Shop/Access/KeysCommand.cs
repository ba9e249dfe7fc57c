using System.CommandLine;
using System.Globalization;
using Tessera.Cli.Up;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Shop;

/// <summary>Keys that sign tokens, on the store's own machine: Users looks into the folder by itself.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var data = UpOptions.Data();
        var rotate = new Command(
            "rotate", "Make a new key to sign tokens with. Published at once, in use ten minutes later.") { data };
        rotate.SetAction(parsed =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var signsFrom = Rotate(folder, TimeProvider.System.GetUtcNow());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The new key is published now and signs from {signsFrom:HH:mm:ss} UTC. " +
                $"The old one is kept until its last token has ended; nobody is signed out."));
            return ExitCodes.Ok;
        });
        return new Command("keys", "The keys that sign tokens.") { rotate };
    }

    /// <summary>From when the new key signs.</summary>
    internal static DateTimeOffset Rotate(RunFolder folder, DateTimeOffset now)
    {
        var keys = Path.Combine(folder.Data, "keys");
        var files = Directory.Exists(keys) ? Directory.GetFiles(keys, SigningKeyFile.Pattern) : [];
        if (files.Length == 0)
            throw new UserError($"{keys} has no key yet: was a store ever started there? Start one with: tessera up");
        if (files.Max(SigningKeyFile.SignsFrom) is var next && next > now)
        {
            throw new UserError(string.Create(CultureInfo.InvariantCulture,
                $"A new key is published already, and signs from {next:HH:mm:ss} UTC. Rotate again after that."));
        }
        return SigningKeyFile.SignsFrom(SigningKeyFile.Make(keys, now + SigningKeyFile.PublishedBefore));
    }
}
