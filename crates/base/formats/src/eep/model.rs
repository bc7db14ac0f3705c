//! Which element holds which, in which order, how often (DA/T 48-2009).

use super::fault::{EepFault, EepFaultKind};
use crate::safe_xml::Element;

/// Faults of the form that are told; a document of another kind would have one on every line.
const MOST_FAULTS: usize = 1000;

/// How often an element may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Often {
    Once,
    AtMostOnce,
    Any,
    AtLeastOnce,
}

use Often::{Any, AtLeastOnce, AtMostOnce, Once};

type Model = &'static [(&'static str, Often)];

const METADATA: Model = &[
    ("聚合层次", Once),
    ("来源", Once),
    ("电子文件号", Once),
    ("档号", Once),
    ("内容描述", Once),
    ("形式特征", Once),
    ("存储位置", Once),
    ("权限管理", Once),
    ("信息系统描述", Any),
    ("附注", Any),
    ("文件数据", Once),
];

const SIGNATURE: Model = &[
    ("签名标识符", Once),
    ("签名规则", Once),
    ("签名时间", AtMostOnce),
    ("签名人", AtMostOnce),
    ("签名结果", Once),
    ("证书块", AtLeastOnce),
    ("签名算法标识", Once),
];

/// What an element holds; `None`: only text.
fn model_of(name: &str) -> Option<Model> {
    Some(match name {
        "电子文件封装包" => &[
            ("封装包格式描述", Once),
            ("版本", Once),
            ("被签名对象", Once),
            ("电子签名块", AtMostOnce),
            ("锁定签名", AtMostOnce),
        ],
        // one of the last two, which is looked at apart
        "被签名对象" => &[
            ("封装包类型", Once),
            ("封装包类型描述", Once),
            ("封装包创建时间", Once),
            ("封装包创建单位", Once),
            ("封装内容", AtMostOnce),
            ("修改封装内容", AtMostOnce),
        ],
        "封装内容" | "修订内容" => &[
            ("文件实体块", Once),
            ("业务实体块", Once),
            ("机构人员实体块", Once),
        ],
        "修改封装内容" => &[("修改标识符", Once), ("原封装包", Once), ("修订内容", Once)],
        "原封装包" => &[("被签名对象", Once), ("电子签名块", AtMostOnce)],
        "文件实体块" => &[("文件实体", Once), ("文件实体关系", Any)],
        "文件实体" => METADATA,
        "来源" => &[
            ("档案馆名称", AtMostOnce),
            ("档案馆代码", AtMostOnce),
            ("全宗名称", AtMostOnce),
            ("立档单位名称", Once),
        ],
        "档号" => &[
            ("全宗号", AtMostOnce),
            ("目录号", AtMostOnce),
            ("年度", Once),
            ("保管期限", Once),
            ("机构或问题", AtMostOnce),
            ("类别号", AtMostOnce),
            ("室编案卷号", AtMostOnce),
            ("馆编案卷号", AtMostOnce),
            ("室编件号", AtMostOnce),
            ("馆编件号", AtMostOnce),
            ("页号", AtMostOnce),
        ],
        "内容描述" => &[
            ("题名", Once),
            ("并列题名", AtMostOnce),
            ("副题名", AtMostOnce),
            ("说明题名文字", AtMostOnce),
            ("主题词", Any),
            ("关键词", AtMostOnce),
            ("人名", AtMostOnce),
            ("摘要", AtMostOnce),
            ("分类号", AtMostOnce),
            ("文件编号", AtMostOnce),
            ("责任者", Once),
            ("日期", Once),
            ("文种", AtMostOnce),
            ("紧急程度", AtMostOnce),
            ("主送", AtMostOnce),
            ("抄送", AtMostOnce),
            ("密级", Once),
            ("保密期限", AtMostOnce),
        ],
        "形式特征" => &[
            ("文件组合类型", Once),
            ("页数", AtMostOnce),
            ("语种", AtMostOnce),
            ("稿本", AtMostOnce),
        ],
        "存储位置" => &[
            ("当前位置", AtMostOnce),
            ("脱机载体编号", AtLeastOnce),
            ("脱机载体存址", Any),
            ("缩微号", AtMostOnce),
        ],
        "权限管理" => &[
            ("知识产权说明", AtMostOnce),
            ("授权", Any),
            ("控制标识", AtMostOnce),
        ],
        "授权" => &[("授权对象", Once), ("授权行为", Any)],
        "文件数据" => &[("文档", AtLeastOnce)],
        "文档" => &[
            ("文档标识符", Once),
            ("文档序号", AtMostOnce),
            ("文档主从声明", AtMostOnce),
            ("题名", AtMostOnce),
            ("文档数据", AtLeastOnce),
        ],
        "文档数据" => &[("编码", AtLeastOnce)],
        "编码" => &[
            ("电子属性", Once),
            ("数字化属性", AtMostOnce),
            ("编码描述", Once),
            ("反编码关键字", Once),
            ("编码数据", Once),
        ],
        "电子属性" => &[
            ("格式信息", AtMostOnce),
            ("计算机文件名", Once),
            ("计算机文件大小", Once),
            ("文档创建程序", AtMostOnce),
        ],
        "数字化属性" => &[
            ("数字化对象形态", AtMostOnce),
            ("扫描分辨率", Once),
            ("扫描色彩模式", Once),
            ("图像压缩方案", AtMostOnce),
        ],
        "文件实体关系" => &[
            ("文件标识符", Once),
            ("被关联文件标识符", Once),
            ("关系类型", AtMostOnce),
            ("关系", AtMostOnce),
            ("关系描述", AtMostOnce),
        ],
        "业务实体块" => &[("业务实体", AtLeastOnce)],
        "业务实体" => &[
            ("业务标识符", Once),
            ("机构人员标识符", Once),
            ("文件标识符", Once),
            ("业务状态", Once),
            ("业务行为", Once),
            ("行为时间", Once),
            ("行为依据", AtMostOnce),
            ("行为描述", AtMostOnce),
        ],
        "机构人员实体块" => &[("机构人员实体", AtLeastOnce), ("机构人员实体关系", Any)],
        "机构人员实体" => &[
            ("机构人员标识符", Once),
            ("机构人员类型", AtMostOnce),
            ("机构人员名称", Once),
            ("组织机构代码", AtMostOnce),
            ("个人职位", AtMostOnce),
        ],
        "机构人员实体关系" => &[
            ("机构人员标识符", Once),
            ("被关联机构人员标识符", Once),
            ("关系类型", AtMostOnce),
            ("关系", AtMostOnce),
            ("关系描述", AtMostOnce),
        ],
        "电子签名块" => &[("电子签名", AtLeastOnce)],
        "电子签名" => SIGNATURE,
        "锁定签名" => &[
            ("被锁定签名标识符", Once),
            ("签名规则", Once),
            ("签名时间", AtMostOnce),
            ("签名人", AtMostOnce),
            ("签名结果", Once),
            ("证书块", AtLeastOnce),
            ("签名算法标识", Once),
        ],
        "证书块" => &[("证书", AtLeastOnce), ("证书引证", AtMostOnce)],
        _ => return None,
    })
}

/// The values that an element may have, where the form fixes them.
fn values_of(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "封装包类型" => &["原始型", "修改型"],
        "文档主从声明" => &["主文档", "附属文档"],
        "文件组合类型" => &["单件", "组合文件"],
        "业务状态" => &["历史行为", "计划任务"],
        "机构人员类型" => &["单位", "内设机构", "个人"],
        "扫描色彩模式" => &["黑白二值", "灰度", "彩色"],
        _ => return None,
    })
}

/// Compares an element and all below it with the form.
pub(super) fn check(root: &Element, faults: &mut Vec<EepFault>) {
    for element in root.descendants() {
        if faults.len() >= MOST_FAULTS {
            return;
        }
        match model_of(&element.name) {
            Some(model) => check_children(element, model, faults),
            None => {
                if let Some(child) = element.children.first() {
                    add(
                        faults,
                        EepFaultKind::ElementUnknown,
                        child,
                        "only text",
                        &child.name,
                    );
                }
                if let Some(values) = values_of(&element.name)
                    && !values.contains(&element.trimmed())
                {
                    add(
                        faults,
                        EepFaultKind::Value,
                        element,
                        &values.join(", "),
                        element.trimmed(),
                    );
                }
            }
        }
    }
}

fn check_children(element: &Element, model: Model, faults: &mut Vec<EepFault>) {
    if element.name != "档号" && !element.trimmed().is_empty() {
        let found: String = element.trimmed().chars().take(40).collect();
        add(
            faults,
            EepFaultKind::TextUnexpected,
            element,
            "only elements",
            &found,
        );
    }
    let mut counts = vec![0_usize; model.len()];
    let mut at = 0;
    for child in &element.children {
        let Some(place) = model.iter().position(|(name, _)| *name == child.name) else {
            add(
                faults,
                EepFaultKind::ElementUnknown,
                child,
                &names(model),
                &child.name,
            );
            continue;
        };
        if place < at {
            add(
                faults,
                EepFaultKind::ElementOrder,
                child,
                &names(model),
                &child.name,
            );
        }
        at = at.max(place);
        if let (Some(count), Some((_, often))) = (counts.get_mut(place), model.get(place)) {
            *count += 1;
            if *count == 2 && matches!(often, Once | AtMostOnce) {
                add(faults, EepFaultKind::ElementTwice, child, "one", "several");
            }
        }
    }
    for ((name, often), count) in model.iter().zip(counts) {
        if count == 0 && matches!(often, Once | AtLeastOnce) {
            add(
                faults,
                EepFaultKind::ElementMissing,
                element,
                name,
                "no such element",
            );
        }
    }
}

fn names(model: Model) -> String {
    let names: Vec<&str> = model.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// Adds a fault of an element.
pub(super) fn add(
    faults: &mut Vec<EepFault>,
    kind: EepFaultKind,
    element: &Element,
    expected: &str,
    found: &str,
) {
    faults.push(EepFault {
        kind,
        line: element.line,
        element: element.name.clone(),
        expected: expected.to_owned(),
        found: found.chars().take(200).collect(),
    });
}

/// The elements in an element of values, in order, and whether each is mandatory; `None`: it only has a value.
pub(super) fn order_of(name: &str) -> Option<Vec<(&'static str, bool)>> {
    let model = model_of(name)?;
    let parts = model.iter();
    Some(
        parts
            .map(|(name, often)| (*name, matches!(often, Once | AtLeastOnce)))
            .collect(),
    )
}
