using System.Security.Cryptography;
using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary>The first operator's account, made by the first start and kept in a file that only its
/// owner can read.</summary>
internal sealed record OperatorCredentials(string Email, string Password)
{
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

    public static OperatorCredentials ReadOrMake(RunFolder folder, out bool isNew)
    {
        isNew = !File.Exists(folder.OperatorFile);
        if (!isNew) return Read(folder);
        var made = new OperatorCredentials("operator@tessera.local", RandomNumberGenerator.GetString(
            "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(folder.OperatorFile, options);
        JsonSerializer.Serialize(file, made, _json);
        return made;
    }
}
