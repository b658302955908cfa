namespace WeightSwarm.Core.Formats;

/// <summary>What follows an opcode in a pickle.</summary>
internal enum PickleArgument
{
    /// <summary>It is no opcode.</summary>
    Unknown,
    /// <summary>Nothing.</summary>
    None,
    /// <summary>So many bytes as <see cref="PickleOpcode.Size"/> says.</summary>
    Fixed,
    /// <summary>A length of so many bytes, and as many bytes.</summary>
    Counted,
    /// <summary>So many lines.</summary>
    Lines,
}

/// <summary>The opcodes of protocols 0 to 5 (CPython, Lib/pickletools.py).</summary>
internal static class PickleOpcode
{
    public const byte Mark = (byte)'(', Stop = (byte)'.', Pop = (byte)'0', PopMark = (byte)'1', Dup = (byte)'2',
        Reduce = (byte)'R', BinPersId = (byte)'Q', Append = (byte)'a', Build = (byte)'b', Global = (byte)'c',
        Dict = (byte)'d', Appends = (byte)'e', Get = (byte)'g', BinGet = (byte)'h', Inst = (byte)'i',
        LongBinGet = (byte)'j', List = (byte)'l', Obj = (byte)'o', Put = (byte)'p', BinPut = (byte)'q',
        LongBinPut = (byte)'r', SetItem = (byte)'s', Tuple = (byte)'t', SetItems = (byte)'u', String = (byte)'S',
        Unicode = (byte)'V', BinString = (byte)'T', ShortBinString = (byte)'U', BinUnicode = (byte)'X',
        Proto = 0x80, NewObj = 0x81, Ext1 = 0x82, Ext2 = 0x83, Ext4 = 0x84, Tuple1 = 0x85, Tuple2 = 0x86,
        Tuple3 = 0x87, Long1 = 0x8A, ShortBinUnicode = 0x8C, BinUnicode8 = 0x8D, AddItems = 0x90, FrozenSet = 0x91,
        NewObjEx = 0x92, StackGlobal = 0x93, Memoize = 0x94, Frame = 0x95, ReadOnlyBuffer = 0x98;

    /// <summary>The form of an opcode's argument.</summary>
    public static PickleArgument Argument(byte opcode) => opcode switch
    {
        Mark or Stop or Pop or PopMark or Dup or Reduce or BinPersId or Append or Build or Dict or Appends or List
            or Obj or SetItem or Tuple or SetItems or (byte)'N' or (byte)'}' or (byte)']' or (byte)')' or NewObj
            or (>= Tuple1 and <= 0x89) or (>= 0x8F and <= Memoize) or 0x97 or ReadOnlyBuffer => PickleArgument.None,
        (byte)'J' or (byte)'K' or (byte)'M' or (byte)'G' or BinGet or LongBinGet or BinPut or LongBinPut or Proto
            or (>= Ext1 and <= Ext4) or Frame => PickleArgument.Fixed,
        ShortBinString or Long1 or ShortBinUnicode or (byte)'C' or BinString or (byte)'B' or BinUnicode or 0x8B
            or BinUnicode8 or 0x8E or 0x96 => PickleArgument.Counted,
        (byte)'F' or (byte)'I' or (byte)'L' or (byte)'P' or String or Unicode or Get or Put or Global or Inst =>
            PickleArgument.Lines,
        _ => PickleArgument.Unknown,
    };

    /// <summary>Bytes of a fixed argument or of a length; number of lines.</summary>
    public static int Size(byte opcode) => opcode switch
    {
        Global or Inst or (byte)'M' or Ext2 => 2,
        (byte)'J' or LongBinGet or LongBinPut or Ext4 or BinString or (byte)'B' or BinUnicode or 0x8B => 4,
        (byte)'G' or Frame or BinUnicode8 or 0x8E or 0x96 => 8,
        _ => 1,
    };

    /// <summary>Whether it pushes text.</summary>
    public static bool IsText(byte opcode) => opcode is String or Unicode or BinString or ShortBinString or BinUnicode
        or ShortBinUnicode or BinUnicode8;
}
