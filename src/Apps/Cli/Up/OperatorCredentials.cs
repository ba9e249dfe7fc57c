using System.Security.Cryptography;
using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary>The first operator's account, made by the first start and kept in a file that only its
/// owner can read.</summary>
internal sealed record OperatorCredentials(string Email, string Password)
{
    /// <summary>Of the account that the first start makes.</summary>
    public const string FirstEmail = "operator@tessera.local";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static OperatorCredentials Read(RunFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize<OperatorCredentials>(File.ReadAllText(folder.OperatorFile), _json)
                ?? throw new UserError(
                    $"{folder.OperatorFile} is empty; it should hold the operator's email and password.");
        }
        catch (FileNotFoundException)
        {
            throw new UserError($"{folder.OperatorFile} is missing: no store was started in {folder.Data} yet. " +
                "Start one with: tessera up");
        }
        catch (JsonException broken)
        {
            throw new UserError($"{folder.OperatorFile} cannot be read as JSON: {broken.Message}");
        }
    }

    /// <param name="isUntold">Nobody has been told the password: made now, or by a start that was interrupted.</param>
    public static OperatorCredentials ReadOrMake(RunFolder folder, out bool isUntold)
    {
        isUntold = !File.Exists(folder.OperatorFile) || File.Exists(folder.OperatorUntoldFile);
        if (File.Exists(folder.OperatorFile)) return Read(folder);
        File.WriteAllText(folder.OperatorUntoldFile, "");
        var made = new OperatorCredentials(FirstEmail, RandomNumberGenerator.GetString(
            "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var next = folder.OperatorFile + ".new"; // Moved as a whole: half of it would be no start at all.
        using (var file = new FileStream(next, options)) JsonSerializer.Serialize(file, made, _json);
        File.Move(next, folder.OperatorFile);
        return made;
    }
}
